import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { augmentClip } from '../src/augment-clip.js';
import { parseVideoOptions } from '../src/video-options.js';
import { adapterOf, clipOf, hostContext } from './helpers.js';

const base = { size: [6, 8] as [number, number], patch: 2, channels: 1 as const };
const FRAME = 48;
const clip = clipOf([0, 0.5, 1], FRAME, 3);
const augmented = (augment: object, uniform: (purpose: string) => number) =>
  augmentClip(clip, parseVideoOptions({ ...base, augment }), { uniform });
const frames = (pixels: Uint8Array) => [0, 1, 2].map((index) => pixels.subarray(index * FRAME, (index + 1) * FRAME));

test('moves all frames alike and leaves their times', () => {
  // (2u - 1) * 1 with u = 1 - 2^-24 is one pixel to the right and down, to within 1e-7; the edge repeats.
  const moved = augmented({ shift: 1 }, () => 1 - 2 ** -24);
  expect(moved.times).toEqual(clip.times);
  frames(moved.pixels).forEach((frame, index) => {
    const original = frames(clip.pixels)[index]!;
    for (let y = 1; y < 6; y++)
      for (let x = 1; x < 8; x++) expect(frame[y * 8 + x]).toBe(original[(y - 1) * 8 + x - 1]);
  });
});

test('is a function of its key, changes nothing it was given, and draws in the middle change nothing', () => {
  const before = clip.pixels.slice();
  const all = { shift: 2, rotate: 10, scale: 0.1, brightness: 0.2 };
  const keyed = (seed: number) => augmented(all, hostRandom(seed, 5, 'a').uniform).pixels;
  expect(keyed(1)).toEqual(keyed(1));
  expect(keyed(1)).not.toEqual(keyed(2));
  expect(augmented(all, () => 0.5).pixels).toEqual(clip.pixels);
  expect(clip.pixels).toEqual(before);
});

test('an adapter augments only when it is told to', async () => {
  expect(adapterOf(base).augment).toBeUndefined();
  const adapter = adapterOf({ ...base, augment: { brightness: 0.5 } });
  const bright = await adapter.augment!(clip, { uniform: () => 0.9 }, hostContext());
  expect(bright.pixels).not.toEqual(clip.pixels);
});
