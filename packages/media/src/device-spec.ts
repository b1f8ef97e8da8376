import { z } from 'zod';
import { parse } from './parse.js';

/** A device that a config names; no manifest and no file ever does. */
export type DeviceSpec =
  /** Linux: `/dev/video0`; macOS and Windows: as ffmpeg's avfoundation and dshow call it. Size and rate to capture at. */
  | {
      readonly kind: 'camera';
      readonly address: string;
      readonly capture?: { readonly width: number; readonly height: number; readonly fps: number };
    }
  /** Linux: a name of ALSA (`default`, `hw:1`), or of PulseAudio after `pulse:`. */
  | { readonly kind: 'microphone'; readonly address: string }
  /** `rtsp://host/path`, over TCP. */
  | { readonly kind: 'rtsp'; readonly address: string }
  /** Absolute path of a FIFO and what comes out of it. */
  | { readonly kind: 'pipe'; readonly address: string; readonly format: PipeFormat }
  /** A source of ffmpeg's lavfi: `sine=frequency=440`, `testsrc=size=64x48:rate=10`. */
  | { readonly kind: 'test'; readonly address: string };

/** Raw samples, or a container that tells by itself. */
export type PipeFormat =
  | { readonly demuxer: 's16le' | 'f32le'; readonly sampleRate: number; readonly channels: number }
  | { readonly demuxer: 'wav' | 'yuv4mpegpipe' | 'mpegts' | 'matroska' };

const count = z.number().int().positive();
const pipeFormat = z.discriminatedUnion('demuxer', [
  z.strictObject({ demuxer: z.enum(['s16le', 'f32le']), sampleRate: count, channels: count.max(64) }),
  z.strictObject({ demuxer: z.enum(['wav', 'yuv4mpegpipe', 'mpegts', 'matroska']) }),
]);
const address = z.string().regex(/^\P{Cc}+$/u, 'has to be an address without control characters');
const deviceSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('camera'),
    address: process.platform === 'linux' ? address.startsWith('/dev/') : address,
    capture: z.strictObject({ width: count, height: count, fps: z.number().positive() }).optional(),
  }),
  z.strictObject({ kind: z.literal('microphone'), address }),
  z.strictObject({ kind: z.literal('rtsp'), address: address.regex(/^rtsp:\/\/[^/]/, 'has to be rtsp://host/path') }),
  z.strictObject({ kind: z.literal('pipe'), address: address.startsWith('/'), format: pipeFormat }),
  z.strictObject({
    kind: z.literal('test'),
    // none of lavfi's sources that open files
    address: z.string().regex(/^(?:sine|anoisesrc|anullsrc|color|testsrc2?|smptebars)(?:=[\w=:.-]+)?$/),
  }),
]);

/** @throws ModalkitError OPTIONS */
export function parseDevice(given: DeviceSpec): DeviceSpec {
  return parse(deviceSpec, given, 'Device');
}

/** What people may see of its address: no password. */
export function deviceName({ kind, address }: DeviceSpec): string {
  return `${kind} ${JSON.stringify(address.replace(/^(rtsp:\/\/)[^/]*@/, '$1'))}`;
}
