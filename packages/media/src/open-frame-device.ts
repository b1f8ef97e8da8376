import { z } from 'zod';
import type { DeviceContext } from './device-context.js';
import type { DeviceSpec } from './device-spec.js';
import { type DeviceStream, openDevice } from './device-stream.js';
import type { Ffmpeg } from './find-ffmpeg.js';
import { selectFilter, sizeFilters } from './frame-filters.js';
import { type FrameSize, frameSize } from './frame-request.js';
import { parse } from './parse.js';
import { passthrough } from './passthrough.js';

export interface FrameDeviceOptions extends DeviceContext, FrameSize {
  /** At most so many frames a second are taken. */
  readonly fps: number;
}

const options = frameSize.extend({ fps: z.number().positive().max(1000) });

/**
 * Frames of a camera, network stream or pipe, pixels `[height, width, channels]`. Reconnects by itself; what is missing
 * is told as a gap and never filled.
 * @throws ModalkitError OPTIONS for a device that cannot be named so, CONFIG (while iterating) when it never came
 */
export function openFrameDevice(
  device: DeviceSpec,
  given: FrameDeviceOptions,
): DeviceStream<{ readonly pixels: Uint8Array }> {
  const { fps, ...size } = parse(options, given, 'Camera');
  const filters = `${selectFilter({ kind: 'fps', fps })},${sizeFilters(size)}`;
  const reader = {
    output: (ffmpeg: Ffmpeg) => [
      ...['-map', '0:V:0', '-vf', filters, ...passthrough(ffmpeg), '-c:v', 'rawvideo', '-f', 'rawvideo'],
    ],
    bytes: size.width * size.height * size.channels,
    seconds: 1 / fps,
    timed: true,
    value: (pixels: Uint8Array) => ({ pixels }),
  };
  return openDevice(device, reader, given);
}
