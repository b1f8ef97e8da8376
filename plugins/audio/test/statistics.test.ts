import { fitState } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { fitStatistics } from '../src/fit-statistics.js';
import { standardisation } from '../src/standardisation.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise } from './sounds.js';

async function* stream<T>(samples: readonly T[]) {
  yield* samples;
}

test('learns each mel’s mean and population deviation over all frames', async () => {
  // Two mels. The first holds 1, 3 in one sound and 5, 7 in the other: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
  // The second is always -2: its deviation is raised to the least.
  const sounds = [
    [1, -2, 3, -2],
    [5, -2, 7, -2],
  ].map((values) => ({ mel: Float32Array.from(values) }));
  const { mean, std } = await fitStatistics(stream(sounds), 2);
  expect(mean).toEqual([4, -2]);
  expect(std[0]).toBeCloseTo(Math.sqrt(5), 12);
  expect(std[1]).toBe(1e-3);
});

test('is learnt from what is prepared, and says so when there is nothing', async () => {
  const sounds = [1, 2].map((seed) => ({ samples: noise(4000, seed), rate: 16_000 }));
  const adapter = adapterOf({ mels: 20 });
  const frames = await Promise.all(sounds.map((sound) => adapter.prepare(sound, hostContext())));
  expect(await fitState(adapter, sounds, hostContext<undefined>())).toEqual(await fitStatistics(stream(frames), 20));
  await expect(fitState(adapter, [], hostContext<undefined>())).rejects.toThrow('no sound in the training split');
});

test('Whisper’s scaling is (x + 4) / 4, none is x', () => {
  expect(standardisation('whisper', 2, undefined)).toEqual({ mean: [-4, -4], std: [4, 4] });
  expect(standardisation('none', 1, undefined)).toEqual({ mean: [0], std: [1] });
});
