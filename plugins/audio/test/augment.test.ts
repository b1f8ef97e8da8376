import type { HostRandom } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import type { AudioOptions } from '../src/audio-options.js';
import type { PreparedSound } from '../src/prepared-sound.js';
import { warpPlaces } from '../src/warp-places.js';
import { adapterOf, hostContext, soundOf } from './helpers.js';

type Augment = NonNullable<AudioOptions['augment']>;
const MELS = 16;
const STATE = { mean: Array.from({ length: MELS }, (_, mel) => mel), std: Array(MELS).fill(1) };

function augmented(
  sound: PreparedSound,
  augment: Augment,
  random: HostRandom['uniform'],
  floor: 'clip' | number = 'clip',
) {
  const adapter = adapterOf({ rate: 8000, mels: MELS, stride: 4, augment, floor });
  return adapter.augment!(sound, { uniform: random }, hostContext('', STATE)) as PreparedSound;
}

const sound = soundOf(6, 4, MELS, 1);
const middle = () => 0.5;
const row = (mel: Float32Array, frame: number) => [...mel.subarray(frame * MELS, (frame + 1) * MELS)];
const ALMOST_ONE = 1 - 2 ** -24;

test('is a function of its key and changes nothing it was given', () => {
  const original = sound.mel.slice();
  const all: Augment = { frequencyMasks: 2, timeMasks: 2, tract: 0.2, tempo: 0.2, gain: 6, noise: 20 };
  const keyed = (seed: number) => augmented(sound, all, hostRandom(seed, 5, 'a').uniform);
  expect(keyed(1)).toEqual(keyed(1));
  expect(keyed(1).mel).not.toEqual(keyed(2).mel);
  expect(sound.mel).toEqual(original);
});

test('nothing is drawn that is not set, and draws in the middle change nothing', () => {
  const never = () => {
    throw new Error('drew');
  };
  expect(augmented(sound, {}, never)).toEqual(sound);
  expect(augmented(sound, { tract: 0.3, tempo: 0.3, gain: 10 }, middle).mel).toEqual(sound.mel);
});

test('frequency masks set bands of mels to their mean in every frame', () => {
  // Width floor(0.5 * (4 + 1)) = 2; place floor(0.5 * (16 - 2 + 1)) = 7: mels 7 and 8.
  const { mel } = augmented(sound, { frequencyMasks: 1, frequencyMask: 4 }, middle);
  for (let frame = 0; frame < 24; frame++) {
    const expected = row(sound.mel, frame).map((value, index) => (index === 7 || index === 8 ? index : value));
    expect(row(mel, frame)).toEqual(expected);
  }
});

test('time masks set frames to the means', () => {
  // At most floor(0.25 * 24) = 6 frames: floor(0.5 * 7) = 3 from floor(0.5 * (24 - 3 + 1)) = 11 on.
  const { mel } = augmented(sound, { timeMasks: 1, timeMask: 0.25 }, middle);
  const changed = Array.from({ length: 24 }, (_, frame) => frame).filter(
    (frame) => row(mel, frame).join() !== row(sound.mel, frame).join(),
  );
  expect(changed).toEqual([11, 12, 13]);
  expect(row(mel, 12)).toEqual(STATE.mean);
});

test('gain adds decibels and respects a fixed floor', () => {
  // u = 0.75 is half of 20 dB: a power of 10, 1 in log10.
  const { mel } = augmented(sound, { gain: 20 }, () => 0.75, -0.5);
  expect(mel[5]).toBeCloseTo(sound.mel[5]! + 1, 5);
  const softer = augmented(sound, { gain: 20 }, () => 0.25, -0.5).mel;
  expect(Math.min(...softer)).toBe(-0.5);
});

test('noise adds powers', () => {
  // The loudest value less 20 dB: with u = 0 exactly the 20 of the option.
  const most = Math.max(...sound.mel);
  const { mel } = augmented(sound, { noise: 20 }, () => 0);
  mel.forEach((value, index) => {
    expect(value).toBeCloseTo(Math.log10(10 ** sound.mel[index]! + 10 ** (most - 2)), 5);
  });
});

test('tempo: half as long and twice as slow read between frames', () => {
  const faster = augmented(sound, { tempo: 0.5 }, () => ALMOST_ONE); // 1.5 times as fast: 24 / 1.5 = 16 frames
  expect([faster.steps, faster.mel.length]).toEqual([4, 16 * MELS]);
  row(faster.mel, 2).forEach((value, mel) => {
    expect(value).toBeCloseTo(row(sound.mel, 3)[mel]!, 4); // 2 * 1.5
  });
  row(faster.mel, 1).forEach((value, mel) => {
    expect(value).toBeCloseTo((row(sound.mel, 1)[mel]! + row(sound.mel, 2)[mel]!) / 2, 4);
  });
  expect(augmented(sound, { tempo: 0.5 }, () => 0).steps).toBe(12);
});

test('a stretched sound that no longer fits its bucket is cut, not spilled', () => {
  const adapter = adapterOf({ rate: 8000, mels: MELS, stride: 4 });
  const slow = augmented(sound, { tempo: 0.5 }, () => 0);
  const { valid, mel } = adapter.collate([slow, undefined], { batch: 2, length: 8 }, hostContext());
  expect([...valid.data]).toEqual([...Array(8).fill(1), ...Array(8).fill(0)]);
  expect([...mel!.data.subarray(0, 8 * 4 * MELS)]).toEqual([...slow.mel.subarray(0, 8 * 4 * MELS)]);
});

test('another vocal tract scales frequencies up to the bend and keeps the top', () => {
  expect([...warpPlaces(40, 16_000, 1)]).toEqual(Array.from({ length: 40 }, (_, mel) => mel));
  // Slaney's scale is linear below 1 kHz: a mel filter at place p lies at (p + 1) * d Hz with d constant; 10 % up is 1.1 (p + 1) - 1.
  const up = warpPlaces(40, 16_000, 1.1);
  expect(up[4]).toBeCloseTo(4.5, 6);
  expect(up[7]).toBeCloseTo(7.8, 6);
  expect(up.at(-1)!).toBeLessThan(40);
  expect(up.every((place, mel) => mel === 0 || place > up[mel - 1]!)).toBe(true);
  const down = warpPlaces(40, 16_000, 0.9);
  expect(down[4]).toBeCloseTo(3.5, 6);
});

test('a warp moves a bright mel', () => {
  const bright = { ...sound, mel: sound.mel.map((_, index) => (index % MELS === 4 ? 1 : 0)) };
  const peak = (random: () => number) => {
    const frame = row(augmented(bright, { tract: 0.2 }, random).mel, 0);
    return frame.indexOf(Math.max(...frame));
  };
  expect([peak(() => ALMOST_ONE), peak(middle), peak(() => 0)]).toEqual([3, 4, 5]); // read from 1.2 and 0.8 times as high
});
