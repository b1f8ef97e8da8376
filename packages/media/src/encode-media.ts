import { rename, rm, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ModalkitError } from '@modalkit/contract';
import type { FfmpegInput } from './ffmpeg-process.js';
import { requireFfmpeg } from './find-ffmpeg.js';
import { runFfmpeg } from './run-ffmpeg.js';

export interface EncodeOptions {
  /** Its ending says the format: mp4, mov, mkv, avi for pictures and sound; m4a, wav, flac, mp3, ogg, opus for sound. */
  readonly file: string;
  readonly frames?: FramesToEncode;
  readonly audio?: AudioToEncode;
  readonly signal?: AbortSignal;
}

export interface FramesToEncode {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly fps: number;
  /** Pictures `[height, width, channels]`. */
  readonly data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface AudioToEncode {
  readonly sampleRate: number;
  /** Mono, `[sample]`, full scale -1..1. */
  readonly data: Float32Array;
}

/**
 * Writes pictures, sound or both, which begin together, to a media file. The same input gives the same bytes with the
 * same ffmpeg. The file appears when it is whole.
 * @throws ModalkitError OPTIONS for an ending that is unknown or cannot hold what is given, SAMPLE when ffmpeg fails
 */
export async function encodeMedia({ file, frames, audio, signal }: EncodeOptions): Promise<void> {
  const format = formatOf(file, frames, audio);
  const target = resolve(file);
  const [part, sound] = [`${target}.part`, `${target}.pcm`];
  const { can } = await requireFfmpeg();
  const inputs: FfmpegInput[] = [];
  const output = ['-f', format.muxer, '-map_metadata', '-1', '-fflags', '+bitexact'];
  if (frames) {
    inputs.push({ options: framesIn(frames), source: Readable.from(checked(frames), { objectMode: false }) });
    output.push(...videoOut(frames, can.h264));
  }
  if (audio) {
    inputs.push({ options: audioIn(audio), source: `file:${sound}` });
    output.push('-c:a', format.audio, '-flags:a', '+bitexact');
  }
  const removeAside = () => Promise.all([part, sound].map((path) => rm(path, { force: true })));
  // A process that was killed leaves its own, which ffmpeg would not write over.
  await removeAside();
  try {
    if (audio) await writeFile(sound, littleEndian(audio.data));
    await runFfmpeg({ inputs, output, target: `file:${part}` }, `Media file ${JSON.stringify(file)}`, signal);
    await rename(part, target);
  } finally {
    await removeAside();
  }
}

interface Format {
  readonly muxer: string;
  readonly audio: string;
  readonly video: boolean;
}

const FORMATS: Readonly<Record<string, Format>> = {
  '.mp4': { muxer: 'mp4', audio: 'aac', video: true },
  '.mov': { muxer: 'mov', audio: 'aac', video: true },
  '.mkv': { muxer: 'matroska', audio: 'flac', video: true },
  '.avi': { muxer: 'avi', audio: 'pcm_s16le', video: true },
  '.m4a': { muxer: 'ipod', audio: 'aac', video: false },
  '.wav': { muxer: 'wav', audio: 'pcm_s16le', video: false },
  '.flac': { muxer: 'flac', audio: 'flac', video: false },
  '.mp3': { muxer: 'mp3', audio: 'libmp3lame', video: false },
  '.ogg': { muxer: 'ogg', audio: 'libvorbis', video: false },
  '.opus': { muxer: 'opus', audio: 'libopus', video: false },
};

function formatOf(file: string, frames: FramesToEncode | undefined, audio: AudioToEncode | undefined): Format {
  const format = FORMATS[extname(file).toLowerCase()];
  const fits = format && (frames ? format.video : audio !== undefined);
  if (fits) return format;
  const what = frames ? 'pictures' : audio ? 'sound' : 'nothing';
  const known = Object.keys(FORMATS).filter((ending) => !frames || FORMATS[ending]!.video);
  throw new ModalkitError(
    'OPTIONS',
    `Media file ${JSON.stringify(file)} cannot hold ${what}; use one of ${known.join(', ')}.`,
  );
}

function framesIn({ width, height, channels, fps }: FramesToEncode): string[] {
  const format = channels === 1 ? 'gray' : 'rgb24';
  return ['-f', 'rawvideo', '-pix_fmt', format, '-video_size', `${width}x${height}`, '-framerate', String(fps)];
}

function audioIn({ sampleRate }: AudioToEncode): string[] {
  return ['-f', 'f32le', '-ar', String(sampleRate), '-ac', '1'];
}

/** Odd sides need pixels with colours of their own. */
function videoOut({ width, height }: FramesToEncode, h264: boolean): string[] {
  const even = width % 2 === 0 && height % 2 === 0;
  const pixels = ['-pix_fmt', even || !h264 ? 'yuv420p' : 'yuv444p'];
  const codec = h264 ? ['libx264', '-preset', 'veryfast', '-crf', '18'] : ['mpeg4', '-q:v', '2'];
  return ['-c:v', ...codec, ...pixels, '-flags:v', '+bitexact'];
}

async function* checked({ width, height, channels, data }: FramesToEncode): AsyncGenerator<Uint8Array> {
  const size = width * height * channels;
  for await (const frame of data) {
    if (frame.length !== size)
      throw new ModalkitError('OPTIONS', `A frame has ${frame.length} bytes, not height x width x channels = ${size}.`);
    yield frame;
  }
}

function littleEndian(samples: Float32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
