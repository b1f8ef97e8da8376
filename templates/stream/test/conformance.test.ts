import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { __modality__ } from '../src/index.js';

const options = { channels: 2, window: 0.5, width: 8 };
const folder = mkdtempSync(join(tmpdir(), '__modality__-'));

/** A recording of so many seconds, four rows each. */
const rowsOf = (seconds: number) =>
  Array.from({ length: 4 * seconds }, (_, at) => ({ time: at / 4, row: [Math.sin(at * seconds), at / 5] }));
const recordings = Object.fromEntries([1, 2, 4].map((seconds) => [`${seconds}.jsonl`, rowsOf(seconds)]));
for (const [name, rows] of Object.entries(recordings))
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

conformance({
  runner: { describe, test },
  plugin: __modality__(options),
  samples: Object.keys(recordings),
  folder,
  wrongOptions: [{ channels: 0 }, { channels: 2, window: 0 }],
  live: {
    sample: '4.jsonl',
    events: recordings['4.jsonl']!.map(({ time, row }) => ({
      kind: 'data',
      value: row,
      time: [time, time],
      arrived: time,
    })),
  },
  // `npm test` builds first
  worker: { module: new URL('../dist/index.js', import.meta.url), factory: '__modality__', options: [options] },
  budget: { prepareMs: 100, preparedBytes: 1000, stepMs: 2000, stepBytes: 2_000_000 },
});
