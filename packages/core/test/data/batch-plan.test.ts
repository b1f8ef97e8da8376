import { describe, expect, it } from 'vitest';
import { bucketItems, bucketLength } from '../../src/data/bucket-of.js';
import { type BatchPlan, batchPlan } from '../../src/data/index.js';
import { keyedPermutation } from '../../src/data/keyed-permutation.js';

const range = (size: number): number[] => Array.from({ length: size }, (_, index) => index);
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
const one = (count: number) => ({ items: new Int32Array(count).fill(1), list: 1 });
const rowsOf = (plan: BatchPlan, epoch: number): number[] =>
  range(plan.stepsPerEpoch).flatMap((step) => [...plan.drawBatch(epoch * plan.stepsPerEpoch + step).rows]);

describe('keyedPermutation', () => {
  it('is a bijection at every size, and another one for another seed, epoch or purpose', () => {
    for (const size of [0, 1, 2, 3, 4, 5, 17, 64, 1000]) {
      expect(sorted(keyedPermutation(size, 3, 1, 'samples'))).toEqual(range(size));
    }
    const of = (seed: number, epoch: number, purpose: string) => keyedPermutation(50, seed, epoch, purpose).join();
    expect(new Set([of(3, 1, 'a'), of(4, 1, 'a'), of(3, 2, 'a'), of(3, 1, 'b')]).size).toBe(4);
    expect(of(3, 1, 'a')).toBe(of(3, 1, 'a'));
  });

  it('puts each of 4 items at each place about equally often', () => {
    const counts = new Float64Array(16);
    for (let epoch = 0; epoch < 4000; epoch++)
      for (const [place, item] of keyedPermutation(4, 1, epoch, 'samples').entries()) counts[place * 4 + item]!++;
    // each count is binomial(4000, 1/4): mean 1000, deviation sqrt(4000 * 3/16) = 27.4; 5 deviations = 137
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });
});

describe('batchPlan', () => {
  it('in evaluation keeps the order, takes each sample once and pads the last batch', () => {
    // 5 samples of lengths 3 20 8 9 1 -> buckets 8 32 8 16 8; sorted stably: 0 2 4 3 1; batches of 2: [0 2] [4 3] [1 -]
    const lengths = Int32Array.of(3, 20, 8, 9, 1);
    const plan = batchPlan({ count: 5, batch: 2, seed: 1, training: false, sizes: { a: { ...one(5), lengths } } });
    expect(plan.stepsPerEpoch).toBe(3);
    expect(range(3).map((step) => plan.drawBatch(step).rows)).toEqual([
      [0, 2],
      [4, 3],
      [1, -1],
    ]);
    expect(range(3).map((step) => plan.drawBatch(step).bucket.a!.length)).toEqual([8, 16, 32]);
  });

  it('in training sees each sample at most once an epoch and drops only the remainder', () => {
    const plan = batchPlan({ count: 103, batch: 10, seed: 1, training: true, sizes: { a: one(103) } });
    const first = rowsOf(plan, 0);
    expect(first.length).toBe(100);
    expect(new Set(first).size).toBe(100);
    expect(rowsOf(plan, 1)).not.toEqual(first);
    const tiny = batchPlan({ count: 3, batch: 10, seed: 1, training: true, sizes: { a: one(3) } });
    expect(sorted(tiny.drawBatch(0).rows)).toEqual([-1, -1, -1, -1, -1, -1, -1, 0, 1, 2]);
  });

  it('brings like lengths together without changing which samples an epoch has', () => {
    const lengths = Int32Array.from(range(200), (index) => 1 + ((index * 37) % 100));
    const plan = batchPlan({ count: 200, batch: 10, seed: 5, training: true, sizes: { a: { ...one(200), lengths } } });
    const plain = batchPlan({ count: 200, batch: 10, seed: 5, training: true, sizes: { a: one(200) } });
    for (const epoch of [0, 1, 2]) expect(sorted(rowsOf(plan, epoch))).toEqual(range(200));
    const padded = (sizes: BatchPlan) =>
      range(20).reduce((sum, step) => {
        const { rows } = sizes.drawBatch(step);
        return sum + bucketLength(Math.max(...rows.map((row) => lengths[row]!)));
      }, 0);
    expect(padded(plan)).toBeLessThan(padded(plain) * 0.8);
  });

  it('gives any step directly: out of order, in a new plan, the same batch', () => {
    const options = { count: 57, batch: 8, seed: 9, training: true, sizes: { a: one(57) } };
    const whole = range(40).map((step) => batchPlan(options).drawBatch(step));
    const again = batchPlan(options);
    for (const step of [39, 3, 20, 0, 7]) expect(again.drawBatch(step)).toEqual(whole[step]);
    expect(batchPlan({ ...options, seed: 10 }).drawBatch(0).rows).not.toEqual(whole[0]!.rows);
  });
});

describe('buckets', () => {
  it('are powers of two from 8, or those listed, and powers of two beyond', () => {
    expect([0, 1, 8, 9, 16, 17, 100].map((length) => bucketLength(length))).toEqual([8, 8, 8, 16, 16, 32, 128]);
    expect([1, 12, 13, 30, 31].map((length) => bucketLength(length, [30, 12]))).toEqual([12, 12, 30, 30, 32]);
    expect([0, 1, 2, 3, 5, 6].map((items) => bucketItems(items, 6))).toEqual([1, 1, 2, 4, 6, 6]);
  });
});
