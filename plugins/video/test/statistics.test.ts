import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitState } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { ChannelHistogram } from '../src/channel-histogram.js';
import { fitStatistics } from '../src/fit-statistics.js';
import type { RawVideo } from '../src/raw-video.js';
import { greyFilm } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

async function* stream<T>(samples: readonly T[]) {
  yield* samples;
}

test('mean and population deviation of each channel over all pixels', () => {
  // Channel 0: 0, 51, 102, 255 of 255 = 0, .2, .4, 1: mean 0.4, squares 0 + .04 + .16 + 1 = 1.2, variance .3 - .16 = .14.
  const histogram = new ChannelHistogram(2);
  histogram.add(Uint8Array.of(0, 51, 51, 51, 102, 51));
  histogram.add(Uint8Array.of(255, 51));
  const { mean, std } = histogram.statistics();
  expect(mean[0]).toBeCloseTo(0.4, 12);
  expect(std[0]).toBeCloseTo(Math.sqrt(0.14), 12);
  // a flat channel keeps a deviation of one grey level
  expect([mean[1], std[1]]).toEqual([0.2, 1 / 255]);
});

test('is the same, bit by bit, in any order', async () => {
  const clips = Array.from({ length: 9 }, (_, index) => ({
    ...{ pixels: Uint8Array.from({ length: 30 }, (__, i) => (7 * i * (index + 1)) % 256), times: new Float64Array(2) },
    origin: 0,
  }));
  const fit = (order: number[]) => fitStatistics(stream(order.map((index) => clips[index]!)), 3);
  expect(await fit([8, 7, 6, 5, 4, 3, 2, 1, 0])).toEqual(await fit([0, 1, 2, 3, 4, 5, 6, 7, 8]));
});

test('is learnt over the frames that the policy chooses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-计-'));
  // three frames are 0, 100 and 200 of 255; the middle one alone has no deviation
  await greyFilm(join(folder, '好.mp4'), '32x32', 10, 3, '100*N');
  const fit = (maxFrames: number, samples: RawVideo[]) =>
    fitState(adapterOf({ size: 8, patch: 4, channels: 1, maxFrames }), samples, hostContext<undefined>(folder));
  const all = await fit(3, ['好.mp4']);
  expect(all.mean[0]).toBeCloseTo(100 / 255, 2);
  expect(all.std[0]).toBeCloseTo((100 / 255) * Math.sqrt(2 / 3), 2);
  const middle = await fit(1, ['好.mp4']);
  expect(middle.mean[0]).toBeCloseTo(100 / 255, 2);
  expect(middle.std[0]).toBeCloseTo(1 / 255, 6);
  await expect(fit(1, [])).rejects.toThrow('no clip in the training split');
});
