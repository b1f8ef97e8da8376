import { join } from 'node:path';
import type { Reporter } from '@modalkit/contract';
import { openAppendFile } from './append-file.js';
import { keptLines } from './kept-lines.js';

/**
 * Writes `metrics.jsonl` into the run folder: every event but `progress` as one line of JSON that begins with `time`
 * (ISO 8601).
 * @param doneSteps steps the run has behind it: 0 begins the file anew; a resumed run cuts the lines of later steps,
 *   so that none stands there twice
 * @throws ModalkitError DISK when the file cannot be opened; `close` throws it when lines could not be written
 */
export function createJsonLines(folder: string, doneSteps: number, now: () => Date = () => new Date()): Reporter {
  const file = openAppendFile(join(folder, 'metrics.jsonl'), (content) =>
    doneSteps === 0 ? 0 : keptLines(content, doneSteps),
  );
  return {
    id: 'json-lines',
    report(event) {
      if (event.kind === 'progress') return;
      file.append(Buffer.from(`${JSON.stringify({ time: now().toISOString(), ...event })}\n`));
    },
    close: file.close,
  };
}
