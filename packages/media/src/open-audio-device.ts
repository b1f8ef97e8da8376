import { z } from 'zod';
import type { DeviceContext } from './device-context.js';
import type { DeviceSpec } from './device-spec.js';
import { type DeviceStream, openDevice } from './device-stream.js';
import { parse } from './parse.js';
import { soundFilter } from './sound-filter.js';

export interface AudioDeviceOptions extends DeviceContext {
  /** Hertz to resample to. */
  readonly sampleRate: number;
  /** Seconds of a block, 0.1 when left out. */
  readonly blockSeconds?: number;
}

const options = z.object({
  sampleRate: z.number().int().min(100).max(768_000),
  blockSeconds: z.number().min(0.001).max(60).default(0.1),
});

/**
 * Sound of a microphone, network stream or pipe as mono blocks `[sample]`, full scale -1..1. Reconnects by itself; what
 * is missing is told as a gap and never filled.
 * @throws ModalkitError OPTIONS for a device that cannot be named so, CONFIG (while iterating) when it never came
 */
export function openAudioDevice(
  device: DeviceSpec,
  given: AudioDeviceOptions,
): DeviceStream<{ readonly samples: Float32Array }> {
  const { sampleRate, blockSeconds } = parse(options, given, 'Microphone');
  const samples = Math.max(1, Math.round(sampleRate * blockSeconds));
  const reader = {
    output: () => ['-map', '0:a:0', '-af', soundFilter(sampleRate, 1, false), '-c:a', 'pcm_f32le', '-f', 'f32le'],
    bytes: 4 * samples,
    seconds: samples / sampleRate,
    timed: false,
    value: (bytes: Uint8Array) => ({ samples: new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4)) }),
  };
  return openDevice(device, reader, given);
}
