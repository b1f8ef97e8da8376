import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GridResampler } from '../src/grid-resampler.js';
import type { SensorOptions } from '../src/sensor-options.js';
import { adapterOf, hostContext } from './helpers.js';
import { steps } from './series.js';

const common: SensorOptions = { channels: ['x'], rate: 10, window: 0.4, standardise: 'none' };
const prepare = (
  channels: Record<string, { times: number[]; values: number[] }>,
  options: Partial<SensorOptions> = {},
) => adapterOf({ ...common, ...options } as SensorOptions).prepare({ channels }, hostContext());

describe('onto one grid', () => {
  test('samples on its points stay as they are, others lie on straight lines', async () => {
    // At 10 Hz from 0 s: x = 0, 1, 2, 3; y at 0.05, 0.15, 0.25, 0.35 s is 10 t, so 1 at 0.1 s, 2 at 0.2 s, 3 at 0.3 s.
    const y = { times: [0.05, 0.15, 0.25, 0.35], values: [0.5, 1.5, 2.5, 3.5] };
    const { values, present, start } = await prepare(
      { x: { times: [0, 0.1, 0.2, 0.3], values: [0, 1, 2, 3] }, y },
      { channels: ['x', 'y'] },
    );
    expect(start).toBe(0);
    expect([...values].map((value) => Number(value.toFixed(5)))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...present]).toEqual([1, 0, 1, 1, 1, 1, 1, 1]);
  });

  test('a slow channel is drawn between its samples, one that holds keeps its value', async () => {
    const slow = { times: [0, 0.2, 0.4], values: [0, 1, 0] };
    const channels = { x: { rate: 5 }, down: { rate: 5, hold: true } };
    const { values } = await prepare({ x: slow, down: slow }, { channels });
    expect([...values].map((value) => Number(value.toFixed(5)))).toEqual([0, 0, 0.5, 0, 1, 1, 0.5, 1]);
  });

  test('a fast channel is averaged over the period around each point', async () => {
    // 40 Hz: 0.1 s has the samples of [0.05, 0.15): 0.05, 0.075, 0.1, 0.125 = entries 2, 3, 4, 5, their mean 3.5; then 7.5.
    // 0 s has [−0.05, 0.05) = entries 0, 1: 0.5. 0.3 s has entries 10, 11: 10.5.
    const fast = { times: steps(12, 0.025), values: steps(12, 1) };
    const { values } = await prepare({ x: fast }, { channels: { x: { rate: 40 } } });
    expect([...values]).toEqual([0.5, 3.5, 7.5, 10.5]);
  });

  test('nothing is bridged where samples are farther apart than the gap', async () => {
    // Gap: 3 periods of 10 Hz. 0.3 s to 0.6 s is bridged, 0.6 s to 1.0 s is not.
    const { values, present } = await prepare({
      x: { times: [0, 0.1, 0.2, 0.3, 0.6, 1, 1.1], values: [0, 1, 2, 3, 6, 10, 11] },
    });
    expect([...present]).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1]);
    expect([...values].map((value) => Number(value.toFixed(4)))).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 10, 11]);
    const bridged = await prepare({ x: { times: [0, 1], values: [0, 10] } }, { gap: 1 });
    expect([...bridged.present].slice(0, 11)).toEqual(Array(11).fill(1));
  });

  test('samples that come in portions give the same', () => {
    const times = Float64Array.from(steps(200, 0.037), (time, index) => time + 0.01 * Math.sin(index));
    const values = Float32Array.from(times, (time) => Math.sin(time));
    for (const rate of [4, 27, 100]) {
      const channel = [{ name: 'x', column: 'x', hold: false, rate: 27 }];
      const grids = [1, 7, 200].map((portion) => {
        const grid = new GridResampler(channel, { rate }, { mean: [0.1], std: [2] }, 0);
        for (let from = 0; from < 200; from += portion)
          grid.push(0, times.subarray(from, from + portion), values.subarray(from, from + portion));
        grid.finish();
        return grid.take(0, 7 * rate)!;
      });
      expect(grids[0]).toEqual(grids[2]);
      expect(grids[1]).toEqual(grids[2]);
    }
  });
});

describe('windows', () => {
  test('cover the recording, the last one in part; at its end those with too little are left out', async () => {
    const tokens = async (samples: number, stride?: number) =>
      (await prepare({ x: { times: steps(samples, 0.1), values: steps(samples, 1) } }, { stride })).valid.length;
    expect([await tokens(8), await tokens(9), await tokens(10), await tokens(12)]).toEqual([2, 2, 3, 3]);
    // Every 0.2 s: 8 samples make windows at 0, 0.2 and 0.4 s.
    expect([await tokens(8, 0.2), await tokens(9, 0.2)]).toEqual([3, 4]);
    expect(await tokens(2)).toBe(1);
  });

  test('one that lies in a gap is not valid', async () => {
    const times = [...steps(4, 0.1), ...steps(4, 0.1, 1.2)];
    const { valid } = await prepare({ x: { times, values: steps(8, 1) } });
    expect([...valid]).toEqual([1, 0, 0, 1]);
  });

  test('one of which a channel is missing is valid, the channel marked', async () => {
    const { valid, present } = await prepare(
      { x: { times: steps(4, 0.1), values: steps(4, 1) } },
      { channels: ['x', 'y'] },
    );
    expect([...valid]).toEqual([1]);
    expect([...present]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
  });

  test('begin where the stretch begins', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modalkit-sensor-'));
    await writeFile(
      join(folder, '笔.csv'),
      `time,x\n${steps(30, 0.1)
        .map((time, row) => `${time},${row}`)
        .join('\n')}`,
    );
    const adapter = adapterOf({ ...common });
    const { start, valid, values } = await adapter.prepare({ file: '笔.csv', start: 1, end: 1.8 }, hostContext(folder));
    expect([start, valid.length, values[0]]).toEqual([1, 2, 10]);
    expect(adapter.files!({ file: '笔.csv' })).toEqual(['笔.csv']);
    const { time } = adapter.collate(
      [{ start, valid, values, present: new Uint8Array(8) }],
      { batch: 1, length: 2 },
      hostContext(),
    );
    expect([...time!.data].map((second) => Number(second.toFixed(5)))).toEqual([1, 1.4, 1.4, 1.8]);
  });

  test('too many, or none with enough in it, are refused', async () => {
    const long = { times: steps(100, 0.1), values: steps(100, 1) };
    await expect(prepare({ x: long }, { maxTokens: 8 })).rejects.toThrow(/25 windows, more than maxTokens, 8/);
    await expect(prepare({ x: { times: [0], values: [1] } })).rejects.toThrow(/no window of 0.4 s with enough values/);
    await expect(prepare({ x: { times: [], values: [] } })).rejects.toThrow(/no value in any channel/);
  });

  test('are padded with zeros, and an absent sample is zeros', async () => {
    const adapter = adapterOf({ ...common });
    const one = await prepare({ x: { times: steps(4, 0.1), values: [1, 2, 3, 4] } });
    const arrays = adapter.collate([undefined, one], { batch: 2, length: 2 }, hostContext());
    expect([...arrays.values!.data]).toEqual([...Array(8).fill(0), 1, 2, 3, 4, 0, 0, 0, 0]);
    expect([...arrays.present!.data]).toEqual([...Array(8).fill(0), 1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...arrays.valid.data]).toEqual([0, 0, 1, 0]);
    expect(arrays.time!.shape).toEqual([2, 2, 2]);
    expect(adapter.length!(one)).toBe(1);
  });
});

test('the same sample is prepared to the same, whatever came before', async () => {
  const sample = { x: { times: steps(40, 0.09), values: steps(40, 0.3) } };
  const first = await prepare(sample);
  await prepare({ x: { times: [0, 0.3], values: [5, 5] } });
  expect(await prepare(sample)).toEqual(first);
});
