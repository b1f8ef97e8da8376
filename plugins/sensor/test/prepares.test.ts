import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { varyOptions } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { RawSensor } from '../src/raw-sensor.js';
import type { SensorOptions } from '../src/sensor-options.js';
import { adapterOf, hostContext } from './helpers.js';

const changes: Record<string, object> = {
  channels: { channels: ['y', 'x'] },
  time: { time: { column: 'time', unit: 'ms' } },
  nan: { nan: 'missing' },
  delimiter: { delimiter: ';' },
  rate: { rate: 20 },
  gap: { gap: 0.05 },
  window: { window: 0.4, stride: 0.2 },
  stride: { stride: 0.1 },
  coverage: { coverage: 1 },
  maxTokens: { maxTokens: 2 },
  standardise: { standardise: 'none' },
  width: { width: 32 },
  layers: { layers: 1 },
  heads: { heads: 2 },
  positions: { positions: 'sincos' },
  chunk: { chunk: 4 },
  augment: { augment: { noise: 0.1 } },
  share: { share: 'left' },
  encoder: { encoder: 'conv', stages: [8] },
  stages: { encoder: 'conv', stages: [8, 8] },
  kernel: { encoder: 'conv', stages: [8], kernel: 3 },
};
/** Of rate, window and stride. */
const DERIVED = ['windowPoints', 'stridePoints'];

test('prepares names the options that recordings are prepared by, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-笔-'));
  const row = (index: number) => `${(index / 10).toFixed(1)},${index ** 2},${index % 3}`;
  const rows = Array.from({ length: 13 }, (_, index) => row(index)).filter((_, index) => index !== 5);
  await writeFile(join(folder, 'a.csv'), ['time,x,y', ...rows].join('\n'));
  await writeFile(join(folder, 'b.csv'), ['time,x,y', ...rows, '1.3,NaN,1'].join('\n'));
  const adapters = Object.entries({ base: {}, ...changes }).map(([name, change]) => {
    const options = { channels: ['x', 'y'], rate: 10, window: 0.2, ...change } as SensorOptions;
    return [name, adapterOf(options)] as const;
  });
  const contextOf = <S>(state: S) => hostContext(folder, state);
  // in b.csv nan alone tells
  const samples: RawSensor[] = ['a.csv', 'b.csv'];
  const { prepares, outcomes } = await varyOptions(Object.fromEntries(adapters), samples, contextOf);
  const inside = ['channels', 'time', 'nan', 'delimiter', 'rate', 'gap', 'window', 'stride', 'coverage', 'maxTokens'];
  expect(prepares).toEqual(inside);
  expect(outcomes).toEqual(prepares);
  // an option that is added must be looked at here
  for (const [, { options }] of adapters)
    expect([...Object.keys(changes), ...DERIVED]).toEqual(expect.arrayContaining(Object.keys(options!)));
});
