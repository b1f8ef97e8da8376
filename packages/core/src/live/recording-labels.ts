import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ModalkitError } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { writeFileAtomic } from '../checkpoint/index.js';

/** An event in a recording, in seconds of its clock. */
export interface RecordingLabel {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** Who says so: `key`, `flag`, a person, a program. */
  readonly source: string;
}

/** Of each recording with events: JSON lines. */
export const LABELS = 'labels.jsonl';

/** @param seconds length of the recording */
function schemaOf(seconds: number) {
  const time = z.number().min(0).max(seconds, `must lie in the recording, which lasts ${seconds} s`);
  return z
    .strictObject({ start: time, end: time, label: z.string().min(1), source: z.string().min(1) })
    .refine(({ start, end }) => start <= end, { path: ['end'], error: 'must not be before start' });
}

/** Writes the events of a recording as a whole; nothing when there are none. @throws ModalkitError DISK */
export async function writeLabels(folder: string, labels: readonly RecordingLabel[]): Promise<void> {
  if (labels.length === 0) return;
  await writeFileAtomic(join(folder, LABELS), labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
}

/**
 * The events of a recording in the order of the file; none when it has no such file.
 * @param seconds length of the recording
 * @throws ModalkitError DATA that names file, line and field
 */
export async function readLabels(folder: string, seconds: number): Promise<readonly RecordingLabel[]> {
  const path = join(folder, LABELS);
  const schema = schemaOf(seconds);
  const labels: RecordingLabel[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() !== '')
        labels.push(parseOptions(schema, parsed(line, `${path}:${number}`), `${path}:${number}`, 'DATA'));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw error instanceof ModalkitError
      ? error
      : new ModalkitError('DATA', `${path}: it cannot be read (${code}); restore it or take it away.`, { path }, error);
  }
  return labels;
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new ModalkitError(
      'DATA',
      `${place}: the line is not JSON; write {"start": 1, "end": 2, "label": "…", "source": "…"}.`,
      { place },
      error,
    );
  }
}
