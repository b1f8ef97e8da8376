import { expect, test } from 'vitest';
import type { RawSensor } from '../src/raw-sensor.js';
import { adapterOf, hostContext } from './helpers.js';
import { steps } from './series.js';

async function* stream(samples: RawSensor[]) {
  yield* samples;
}

const adapter = adapterOf({ channels: ['x', '温度'], rate: 10, window: 0.2 });
const sample = (x: number[], y: number[]): RawSensor => ({
  channels: { x: { times: steps(x.length, 0.1), values: x }, 温度: { times: steps(y.length, 0.1), values: y } },
});
const fit = (samples: RawSensor[]) => adapter.fit!(stream(samples), hostContext<undefined>());

test('learns mean and population deviation of each channel over all samples', async () => {
  // x = 1, 3, 5, 7: mean 4, squares of distances 9 + 1 + 1 + 9 = 20, variance 5. The other never changes: deviation 1.
  const learnt = (await fit([sample([1, 3], [20]), sample([5, 7], [20, 20, 20])]))!;
  expect(learnt.mean).toEqual([4, 20]);
  expect(learnt.std[0]).toBeCloseTo(Math.sqrt(5), 12);
  expect(learnt.std[1]).toBe(1);
  const state = { mean: [4, 20], std: [2, 0.5] };
  const { values } = await adapter.prepare(sample([6, 0], [20, 21]), hostContext('', state));
  expect([...values]).toEqual([1, 0, -2, 2]);
});

test('leaves unreadable samples out, and says which channel has none', async () => {
  const bad: RawSensor = { channels: { X1: { times: [0], values: [1] } } };
  expect((await fit([bad, sample([1, 1], [2])]))!.mean).toEqual([1, 2]);
  // it can be read, but has more windows than maxTokens
  const endless = { channels: { x: { times: [0, 1e6], values: [9, 9] }, 温度: { times: [], values: [] } } };
  expect((await fit([endless, sample([1, 1], [2])]))!.mean).toEqual([1, 2]);
  await expect(fit([bad])).rejects.toThrow(/channel "x" has no value in the training split/);
  await expect(fit([sample([1], [])])).rejects.toThrow(/channel "温度" has no value/);
});
