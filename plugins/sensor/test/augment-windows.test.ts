import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { augmentWindows } from '../src/augment-windows.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';
import { adapterOf } from './helpers.js';

const channels = { x: { rate: 10 }, y: { rate: 10 }, 落笔: { rate: 10, hold: true } };
type Augment = NonNullable<SensorOptions['augment']>;
const options = (augment: Augment) => parseSensorOptions({ channels, window: 0.2, augment });
/** Two points of x, y and the switch; the second x was not measured. */
const sample = {
  start: 0,
  values: Float32Array.of(1, 2, 1, 0, -1, 0),
  present: Uint8Array.of(1, 1, 1, 0, 1, 1),
  valid: Uint8Array.of(1),
};
const most = () => 1 - 2 ** -24;
const augmented = (augment: Augment, draw: (purpose: string) => number) =>
  [...augmentWindows(sample, options(augment), { uniform: draw }).values].map((value) => Number(value.toFixed(5)) + 0);

test('scales and moves what was measured, and no switch', () => {
  // u = 1: x and y times 1.5, then plus 2.
  expect(augmented({ scale: 0.5 }, most)).toEqual([1.5, 3, 1, 0, -1.5, 0]);
  expect(augmented({ shift: 2 }, most)).toEqual([3, 4, 1, 0, 1, 0]);
});

test('turns two axes: by 90 degrees (x, y) becomes (-y, x)', () => {
  // The second x would become 1, but was not measured.
  expect(augmented({ rotate: { axes: ['x', 'y'], degrees: 90 } }, most)).toEqual([-2, 1, 1, 0, 0, 0]);
});

test('noise has the deviation it is given', () => {
  const values = Float32Array.from({ length: 30_000 }, () => 0);
  const long = { ...sample, values, present: new Uint8Array(30_000).fill(1) };
  const noisy = augmentWindows(long, options({ noise: 0.3 }), hostRandom(1, 2, 'a')).values;
  const measured = noisy.filter((_, index) => index % 3 < 2);
  const deviation = Math.sqrt(measured.reduce((sum, value) => sum + value * value, 0) / measured.length);
  // 20,000 draws: the deviation's own is 0.3 / sqrt(40000) = 0.0015.
  expect(Math.abs(deviation - 0.3)).toBeLessThan(0.006);
  expect(noisy.filter((_, index) => index % 3 === 2).every((value) => value === 0)).toBe(true);
});

test('a drift is smooth, has the deviation it is given, and is each channel’s own', () => {
  const values = Float32Array.from({ length: 3 * 400 }, () => 0);
  const long = { ...sample, values, present: new Uint8Array(1200).fill(1) };
  const drifts = Array.from(
    { length: 300 },
    (_, seed) => augmentWindows(long, options({ drift: 0.5 }), hostRandom(seed, 2, 'a')).values,
  );
  const channel = (drift: Float32Array, at: number) => drift.filter((_, index) => index % 3 === at);
  // The first point is the first knot: over 300 draws of deviation 0.5 the deviation's own is 0.5 / sqrt(600) = 0.02.
  const first = drifts.map((drift) => drift[0]!);
  expect(Math.abs(Math.sqrt(first.reduce((sum, value) => sum + value * value, 0) / 300) - 0.5)).toBeLessThan(0.08);
  for (const drift of drifts.slice(0, 20)) {
    const [x, y] = [channel(drift, 0), channel(drift, 1)];
    // Between two knots, 100 points apart, the steepest step is 1.5 / 100 of their difference, here under 6 * 0.5.
    const steepest = Math.max(...x.slice(1).map((value, index) => Math.abs(value - x[index]!)));
    expect(steepest).toBeLessThan(0.045);
    expect(x).not.toEqual(y);
    expect(channel(drift, 2).every((value) => value === 0)).toBe(true);
  }
});

test('is a function of its key and changes nothing it was given', () => {
  const before = sample.values.slice();
  const all: Augment = { scale: 0.1, shift: 0.1, noise: 0.1, drift: 0.1, rotate: { axes: ['x', 'y'], degrees: 10 } };
  const keyed = (seed: number) => augmented(all, hostRandom(seed, 3, 'a').uniform);
  expect(keyed(1)).toEqual(keyed(1));
  expect(keyed(1)).not.toEqual(keyed(2));
  expect(sample.values).toEqual(before);
  expect(adapterOf({ channels, window: 0.2 }).augment).toBeUndefined();
});

test('axes that are no channels are refused with those there are', () => {
  expect(() => options({ rotate: { axes: ['x', 'z'], degrees: 5 } })).toThrow(/axes.*must be a channel: x, y, 落笔/);
});
