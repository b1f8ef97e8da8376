import { lstat } from 'node:fs/promises';
import { ModalkitError } from '@modalkit/contract';
import { type DeviceSpec, deviceName, type PipeFormat } from './device-spec.js';
import type { FfmpegInput } from './ffmpeg-process.js';
import { THREADS } from './media-request.js';

/** A device as ffmpeg may open it: one demuxer and one protocol each, or none where the demuxer opens it itself. */
export async function deviceInput(spec: DeviceSpec): Promise<FfmpegInput> {
  switch (spec.kind) {
    case 'camera':
      return pinned(systemDemuxer(spec, CAMERAS), NO_PROTOCOL, spec.address, captureOptions(spec.capture));
    case 'microphone':
      return spec.address.startsWith('pulse:')
        ? pinned('pulse', NO_PROTOCOL, spec.address.slice('pulse:'.length))
        : pinned(systemDemuxer(spec, MICROPHONES), NO_PROTOCOL, spec.address);
    case 'rtsp':
      // what was read to learn the format is old: nobuffer drops it
      return pinned('rtsp', 'tcp', spec.address, ['-rtsp_transport', 'tcp', '-fflags', 'nobuffer']);
    case 'pipe':
      await checkFifo(spec);
      return pinned(spec.format.demuxer, 'file', `file:${spec.address}`, pipeOptions(spec.format));
    case 'test':
      return pinned('lavfi', NO_PROTOCOL, spec.address, ['-re']);
  }
}

const CAMERAS: Readonly<Record<string, string>> = { linux: 'v4l2', darwin: 'avfoundation', win32: 'dshow' };
const MICROPHONES: Readonly<Record<string, string>> = { linux: 'alsa', darwin: 'avfoundation', win32: 'dshow' };
/** Is the name of none. */
const NO_PROTOCOL = 'none';

function pinned(demuxer: string, protocol: string, source: string, options: readonly string[] = []): FfmpegInput {
  const pins = ['-f', demuxer, '-format_whitelist', demuxer, '-protocol_whitelist', protocol];
  return { source, options: [...pins, '-threads', THREADS, ...options] };
}

function systemDemuxer(spec: DeviceSpec, demuxers: Readonly<Record<string, string>>): string {
  const demuxer = demuxers[process.platform];
  if (demuxer) return demuxer;
  throw new ModalkitError(
    'CONFIG',
    `Device ${deviceName(spec)}: ${process.platform} has no ${spec.kind} that ffmpeg can open; use rtsp or a pipe.`,
  );
}

function captureOptions(capture: { width: number; height: number; fps: number } | undefined): string[] {
  if (!capture) return [];
  return ['-video_size', `${capture.width}x${capture.height}`, '-framerate', String(capture.fps)];
}

function pipeOptions(format: PipeFormat): string[] {
  // The rate of pictures is not asked for: without this ffmpeg would wait for twenty of them.
  if (!('sampleRate' in format)) return ['-fpsprobesize', '0'];
  // All is known of raw samples: without a limit ffmpeg would look at some seconds of them before it hands on the first.
  return ['-ar', String(format.sampleRate), '-ac', String(format.channels), '-analyzeduration', '1'];
}

async function checkFifo(spec: DeviceSpec): Promise<void> {
  const state = await lstat(spec.address).catch(() => undefined);
  if (state?.isFIFO()) return;
  const what = state ? 'is no FIFO' : 'is not there';
  throw new ModalkitError('CONFIG', `Device ${deviceName(spec)} ${what}; make one with mkfifo and name it.`);
}
