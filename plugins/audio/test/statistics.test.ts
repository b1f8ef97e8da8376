import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fitStatistics } from '../src/fit-statistics.js';
import type { RawSound } from '../src/raw-sound.js';
import { standardisation } from '../src/standardisation.js';
import { adapterOf, hostContext, noise, wavOf } from './helpers.js';

async function* stream<T>(samples: readonly T[]) {
  yield* samples;
}

test('learns each mel’s mean and population deviation over all frames', async () => {
  // Two mels. The first holds 1, 3 in one sound and 5, 7 in the other: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
  // The second is always -2: its deviation is raised to the least.
  const sounds = [Float32Array.of(1, -2, 3, -2), Float32Array.of(5, -2, 7, -2)];
  const { mean, std } = await fitStatistics(stream(sounds), 2, async (sound) => sound);
  expect(mean).toEqual([4, -2]);
  expect(std[0]).toBeCloseTo(Math.sqrt(5), 12);
  expect(std[1]).toBe(1e-3);
});

test('sums in the order of the samples, whichever is decoded first', async () => {
  const sounds = Array.from({ length: 12 }, (_, seed) => noise(400, seed));
  const fit = (delay: (index: number) => number) =>
    fitStatistics(stream(sounds), 4, async (sound) => {
      await new Promise((resolve) => setTimeout(resolve, delay(sounds.indexOf(sound))));
      return sound;
    });
  expect(await fit((index) => index)).toEqual(await fit((index) => 12 - index));
});

test('leaves unreadable sounds out, and says so when none is left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-audio-'));
  await writeFile(join(folder, '坏.wav'), 'not a sound');
  await writeFile(join(folder, '好.wav'), wavOf(noise(4000, 1), 16_000));
  const { fit } = adapterOf({ mels: 20 });
  const learn = (samples: RawSound[]) => fit!(stream(samples), hostContext<undefined>(folder));
  expect(await learn(['坏.wav', '好.wav'])).toEqual(await learn(['好.wav']));
  await expect(learn(['坏.wav'])).rejects.toThrow('no readable sound');
});

test('Whisper’s scaling is (x + 4) / 4, none is x', () => {
  expect(standardisation('whisper', 2, undefined)).toEqual({ mean: [-4, -4], std: [4, 4] });
  expect(standardisation('none', 1, undefined)).toEqual({ mean: [0], std: [1] });
});
