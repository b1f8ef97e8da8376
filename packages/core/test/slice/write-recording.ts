import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordedStream, Recording, RecordingLabel } from '../../src/live/index.js';

/** A stream called `pen`, known from the first second to the last. */
export function streamOf(changes: Partial<RecordedStream> = {}): RecordedStream {
  return {
    ...{
      name: 'pen',
      plugin: 'test-scripted',
      address: 'at-pen',
      by: 'address',
      options: { channels: { x: {}, y: {} } },
    },
    ...{ file: `${changes.name ?? 'pen'}.csv`, origin: 0, events: 10, counters: {}, gaps: [] },
    ...changes,
  };
}

/** A recording as it lies on disk. */
export async function writeRecording(
  folder: string,
  changes: Partial<Recording> = {},
  labels: readonly RecordingLabel[] = [],
): Promise<string> {
  const recording: Recording = {
    ...{
      format: 'modalkit-recording',
      version: 2,
      started: '2026-03-01T10:00:00.000Z',
      seconds: 10,
      state: 'finished',
    },
    streams: [streamOf()],
    ...changes,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'recording.json'), JSON.stringify(recording));
  for (const { file } of recording.streams) await writeFile(join(folder, file), 'time,x,y\n');
  if (labels.length > 0)
    await writeFile(join(folder, 'labels.jsonl'), labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
  return folder;
}
