import { readFile } from 'node:fs/promises';
import type { TimeSpan } from '@modalkit/contract';

/** A time of a recording of which nothing is known; in the sound itself it is silence. */
export interface RecordedGap {
  /** Seconds of the file. */
  readonly time: TimeSpan;
  readonly reason: string;
}

/** The file of a recording's gaps, one JSON object a line. It stands beside the sound, when there are any. */
export function gapsFile(file: string): string {
  return `${file}.gaps.jsonl`;
}

/** The gaps of a recording, in the order of their times. */
export async function readGaps(file: string): Promise<readonly RecordedGap[]> {
  const text = await readFile(gapsFile(file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  // What stands after the last end of a line was cut off by a kill.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RecordedGap);
}
