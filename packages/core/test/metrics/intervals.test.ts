import { describe, expect, test } from 'vitest';
import { bootstrap, proportion } from '../../src/metrics/index.js';

describe('Wilson interval of a proportion', () => {
  test('8 of 10', () => {
    // z = 1.96, z^2/n = 0.384146: centre (0.8 + 0.192073) / 1.384146 = 0.716740,
    // half 1.959964 sqrt(0.8 * 0.2 / 10 + 0.384146 / 40) / 1.384146 = 0.226576.
    const { value, low, high, n } = proportion(8, 10);
    expect([value, n]).toEqual([0.8, 10]);
    expect(low).toBeCloseTo(0.490162, 5);
    expect(high).toBeCloseTo(0.943318, 5);
  });

  test('none and all keep a width: 0 of n ends at z^2 / (n + z^2)', () => {
    expect(proportion(0, 10).low).toBe(0);
    expect(proportion(0, 10).high).toBeCloseTo(3.841459 / 13.841459, 6);
    expect(proportion(10, 10).high).toBe(1);
    expect(proportion(10, 10).low).toBeCloseTo(10 / 13.841459, 6);
    expect(proportion(0, 0)).toEqual({ value: 0, low: 0, high: 1, n: 0 });
  });
});

describe('bootstrap', () => {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const hundred = Array.from({ length: 100 }, (_, index) => index);

  test('of a mean is near its normal interval: mean +- 1.96 s / sqrt(n)', () => {
    // 0 … 99: mean 49.5, s = sqrt((100^2 - 1) / 12) = 28.87, so 49.5 +- 5.66.
    const { centre } = bootstrap(hundred, { centre: mean }, 'one');
    expect(centre.value).toBe(49.5);
    expect(centre.low).toBeGreaterThan(49.5 - 5.66 - 1);
    expect(centre.low).toBeLessThan(49.5 - 5.66 + 1);
    expect(centre.high).toBeGreaterThan(49.5 + 5.66 - 1);
    expect(centre.high).toBeLessThan(49.5 + 5.66 + 1);
  });

  test('is a function of its key and the observations, not of their order', () => {
    const [one, again, other] = ['one', 'one', 'other'].map((key) => bootstrap(hundred, { centre: mean }, key));
    expect(again).toEqual(one);
    expect(other!.centre.low).not.toBe(one!.centre.low);
    expect(bootstrap([...hundred].reverse(), { centre: mean }, 'one')).toEqual(one);
  });

  test('of equal observations has no width', () => {
    expect(bootstrap([4, 4, 4], { centre: mean }, 'one').centre).toEqual({ value: 4, low: 4, high: 4, n: 3 });
  });
});
