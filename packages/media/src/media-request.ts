import { availableParallelism } from 'node:os';
import { ModalkitError } from '@modalkit/contract';
import { z } from 'zod';
import { parse } from './parse.js';

/** What a file may cost before it is refused. */
export interface MediaLimits {
  /** Largest picture, width times height. */
  readonly maxPixels: number;
  /** Most streams in one file. */
  readonly maxStreams: number;
  /** Most decoded bytes that come out. */
  readonly maxBytes: number;
  /** Seconds spent waiting for ffmpeg; the consumer's own time does not count. */
  readonly wallSeconds: number;
  /** Address space of ffmpeg, where the system can limit it (Linux with prlimit). */
  readonly memoryMib: number;
}

/** An untrusted file to read. */
export interface MediaRequest {
  /** Absolute path. */
  readonly file: string;
  /** What errors call it. */
  readonly name: string;
  readonly limits?: Partial<MediaLimits>;
  readonly signal?: AbortSignal;
}

/** A part of a file: seconds from where it begins, as players count. */
export interface MediaPart {
  readonly start?: number;
  readonly duration?: number;
}

/** Threads of one ffmpeg: each costs memory of its own. */
export const THREADS = String(Math.min(availableParallelism() + 1, 4));

const positive = z.number().positive();
const mediaLimits = z.strictObject({
  maxPixels: positive.int().default(4096 * 4096),
  maxStreams: positive.int().default(32),
  maxBytes: positive.default(16 * 1024 ** 3),
  wallSeconds: positive.max(2_000_000).default(600),
  memoryMib: positive.int().default(1024),
});
const mediaPart = z.object({ start: z.number().nonnegative().default(0), duration: positive.optional() });

/** @throws ModalkitError OPTIONS */
export function parseLimits(given: Partial<MediaLimits> = {}): MediaLimits {
  return parse(mediaLimits, given, 'Media limits');
}

/** @throws ModalkitError OPTIONS */
export function parsePart(given: MediaPart): { readonly start: number; readonly duration?: number } {
  return parse(mediaPart, given, 'Part of a media file');
}

/** ` from 3 s on`, ` from 0 s to 4 s`, or nothing when the whole file is asked for. */
export function describePart({ start, duration }: MediaPart): string {
  if (!start && duration === undefined) return '';
  return ` from ${start ?? 0} s ${duration === undefined ? 'on' : `to ${(start ?? 0) + duration} s`}`;
}

/** A refusal of one media file: who, what came, what to do. */
export function refuse(name: string, reason: string, cause?: unknown): ModalkitError {
  return new ModalkitError('SAMPLE', `Media ${JSON.stringify(name)} ${reason}.`, {}, cause);
}
