import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapterOf, hostContext } from './helpers.js';
import { steps } from './series.js';

const adapter = adapterOf({ channels: { x: { rate: 10, unit: 'mm' }, 温度: { rate: 1 } }, window: 0.4 });

test('an argument is a sample when it is a file with the ending of a recording', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-参-'));
  for (const name of ['笔.csv', 'a.JSONL', 'a.parquet', 'a.wav']) await writeFile(join(folder, name), 'x');
  await mkdir(join(folder, 'folder.csv'));
  const accepts = (name: string) => adapter.accepts!(join(folder, name));
  for (const name of ['笔.csv', 'a.JSONL', 'a.parquet']) expect(await accepts(name)).toBe(join(folder, name));
  for (const name of ['a.wav', 'folder.csv', 'gone.csv']) expect(await accepts(name)).toBeUndefined();
});

test('a preview is a line a channel, with units, at most 512 points', async () => {
  const sample = {
    channels: { x: { times: steps(11, 0.1, 2), values: steps(11, 1) }, 温度: { times: [2, 3], values: [20, 30] } },
  };
  const preview = await adapter.preview!(sample, hostContext());
  if (preview.kind !== 'series') throw new Error('no series');
  expect(preview).toMatchObject({ names: ['x (mm)', '温度'], rate: 10, start: 2 });
  expect(preview.values[0]!.map((value) => Math.round(value))).toEqual(steps(11, 1));
  expect(preview.values[1]!.map((value) => Math.round(value))).toEqual(steps(11, 1, 20));
  const long = { channels: { x: { times: steps(5000, 0.1), values: steps(5000, 1) } } };
  const large = await adapter.preview!(long, hostContext());
  expect(large.kind === 'series' && large.values[0]!.length).toBeLessThanOrEqual(512);
  expect(large.kind === 'series' && large.values[0]!.at(-1)).toBeGreaterThan(4900);
});
