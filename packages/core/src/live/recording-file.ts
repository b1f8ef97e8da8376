import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Json, ModalkitError } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { writeFileAtomic } from '../checkpoint/index.js';
import { checkNames } from '../compose/check-names.js';

/** Of the format that is written. */
export const VERSION = 2;

const seconds = z.number().min(0);
const span = z.tuple([z.number(), z.number()]);
const stream = z.strictObject({
  name: z.string(),
  /** Package of the source. */
  plugin: z.string(),
  /** What makes the source again, when it was made by an address; else what it was connected to. */
  address: z.string(),
  by: z.enum(['address', 'config']),
  options: z.json(),
  /** Beside `recording.json`. */
  file: z.string().regex(/^[^./\\][^/\\]*$/, 'expected the name of a file in the same folder'),
  /** Second of the shared clock that is 0 in the file. */
  origin: z.number(),
  /** Events written. */
  events: z.int().min(0),
  counters: z.record(z.string(), z.number()),
  gaps: z.array(z.strictObject({ time: span, reason: z.string() })),
  /** From the first data to the last; unknown in recordings of version 1, and before there are any. */
  known: span.optional(),
  /** Why the stream was over before the recording. */
  lost: z.strictObject({ time: seconds, reason: z.string() }).optional(),
});
const schema = z.strictObject({
  format: z.literal('modalkit-recording'),
  version: z.literal(VERSION),
  /** Date and time of second 0 of the shared clock. */
  started: z.iso.datetime(),
  /** Length so far. */
  seconds,
  /** `recording` in a file that nobody writes any more: the recorder was killed. */
  state: z.enum(['recording', 'finished', 'stopped', 'failed']),
  /** What `failed` it. */
  reason: z.string().optional(),
  /** What was recorded, for splits that keep machines apart. */
  machine: z.string().min(1).optional(),
  streams: z.array(stream).min(1),
});

/** What a recording says of itself (`recording.json`). */
export type Recording = Omit<z.output<typeof schema>, 'streams'> & { readonly streams: readonly RecordedStream[] };
/** One stream of a recording. */
export type RecordedStream = Omit<z.output<typeof stream>, 'options'> & { readonly options: Json };

const NAME = 'recording.json';

/** Rewrites a recording's own file so that a reader finds the old content or the new. @throws ModalkitError DISK */
export function writeRecording(folder: string, recording: Recording): Promise<void> {
  return writeFileAtomic(join(folder, NAME), `${JSON.stringify(recording, null, 1)}\n`);
}

/**
 * Reads a recording, of this version or an older one. Its files are regular files of its own folder, whatever it says.
 * @throws ModalkitError USAGE when there is none, DATA when it is damaged or of a newer version
 */
export async function readRecording(folder: string): Promise<Recording> {
  const path = join(folder, NAME);
  const content = await readFile(path, 'utf8').catch((error) => {
    throw new ModalkitError(
      'USAGE',
      `${folder}: there is no recording in this folder; make one with \`modalkit record\`, or correct the path.`,
      { folder },
      error,
    );
  });
  const recording = parseOptions(schema, lifted(path, parsed(path, content)), path, 'DATA') as Recording;
  const names = recording.streams.map(({ name }) => name);
  checkNames(`${path}: stream`, names);
  if (new Set(names).size < names.length)
    throw new ModalkitError('DATA', `${path}: two streams have one name; restore the file.`, { path });
  for (const { file } of recording.streams) await checkFile(join(folder, file));
  return recording;
}

function parsed(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new ModalkitError('DATA', `${path}: it is not JSON; restore it or record again.`, { path }, error);
  }
}

/** Version 2 added `machine` and `known`, which may be left out. */
function lifted(path: string, content: unknown): unknown {
  const { version } = (content ?? {}) as { version?: unknown };
  if (version === 1) return { ...(content as object), version: VERSION };
  if (typeof version !== 'number' || version <= VERSION) return content;
  throw new ModalkitError(
    'DATA',
    `${path}: it is a recording of version ${version}, and this Modalkit reads up to ${VERSION}; update Modalkit.`,
    { path },
  );
}

async function checkFile(path: string): Promise<void> {
  const state = await lstat(path).catch(() => undefined);
  if (state?.isFile()) return;
  const found = state ? 'it is no regular file' : 'the file is missing';
  throw new ModalkitError('DATA', `${path}: ${found}; restore it or record again.`, { path });
}
