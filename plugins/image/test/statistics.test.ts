import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitState } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import { ChannelHistogram } from '../src/channel-statistics.js';
import { standardisation } from '../src/standardisation.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise, sharpOf } from './pictures.js';

const png = (pixels: number[], width: number, height: number, channels: 1 | 3) =>
  sharpOf(Uint8Array.from(pixels), width, height, channels).png().toBuffer();

test('learns mean and population deviation over all pictures', async () => {
  // Grey values 0, 51, 102, 255 and 255, 255, 51, 51 of 255 = 0, .2, .4, 1, 1, 1, .2, .2: sum 4, mean 0.5;
  // squares 0 + .04 + .16 + 1 + 1 + 1 + .04 + .04 = 3.28; variance 3.28 / 8 - 0.25 = 0.16; deviation 0.4.
  const adapter = adapterOf({ size: 2, patch: 1, channels: 1 });
  const pictures = [await png([0, 51, 102, 255], 2, 2, 1), await png([255, 255, 51, 51], 2, 2, 1)];
  const { mean, std } = (await fitState(adapter, pictures, hostContext<undefined>()))!;
  expect(mean[0]).toBeCloseTo(0.5, 12);
  expect(std[0]).toBeCloseTo(0.4, 12);
});

test('keeps channels apart and is the same, bit by bit, in any order', async () => {
  const adapter = adapterOf({ size: 4, patch: 2 });
  const pictures = await Promise.all(
    Array.from({ length: 20 }, (_, seed) => sharpOf(noise(48, seed), 4, 4, 3).png().toBuffer()),
  );
  const forward = await fitState(adapter, pictures, hostContext<undefined>());
  expect(await fitState(adapter, [...pictures].reverse(), hostContext<undefined>())).toEqual(forward);
  const red = Array.from({ length: 20 }, (_, seed) =>
    [...noise(48, seed)].filter((_, index) => index % 3 === 0),
  ).flat();
  const mean = red.reduce((sum, value) => sum + value / 255, 0) / red.length;
  const variance = red.reduce((sum, value) => sum + (value / 255 - mean) ** 2, 0) / red.length;
  expect(forward!.mean[0]).toBeCloseTo(mean, 10);
  expect(forward!.std[0]).toBeCloseTo(Math.sqrt(variance), 10);
  expect(forward!.mean[1]).not.toBeCloseTo(mean, 3);
});

test('is learnt from files too, and says so when there is no picture', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-image-'));
  await writeFile(join(folder, '好.png'), await png([255, 255, 255, 255], 2, 2, 1));
  const adapter = adapterOf({ size: 2, patch: 1, channels: 1 });
  const learnt = await fitState(adapter, ['好.png'], hostContext<undefined>(folder));
  expect(learnt).toEqual({ mean: [1], std: [1 / 255] });
  await expect(fitState(adapter, [], hostContext<undefined>())).rejects.toThrow('no picture in the training split');
});

test('a flat channel keeps a deviation of one grey level', () => {
  const histogram = new ChannelHistogram(1);
  histogram.add(new Uint8Array(10).fill(51));
  expect(histogram.statistics().mean[0]).toBeCloseTo(0.2, 12);
  expect(histogram.statistics().std).toEqual([1 / 255]);
});

test('the fixed sets are those of open_clip', () => {
  expect(standardisation('clip', 3, undefined).mean).toEqual([0.48145466, 0.4578275, 0.40821073]);
  expect(standardisation('imagenet', 3, undefined).std).toEqual([0.229, 0.224, 0.225]);
  expect(standardisation('half', 1, undefined)).toEqual({ mean: [0.5], std: [0.5] });
});
