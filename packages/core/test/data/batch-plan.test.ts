import { hostRandom } from '@modalkit/toolkit';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../src/data/batch-plan.js';
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
    // 5 samples of lengths 3 20 8 9 1 -> buckets 8 24 8 16 8 (none is longer than 20, so 24 is the largest); sorted stably: 0 2 4 3 1; batches of 2: [0 2] [4 3] [1 -]
    const lengths = Int32Array.of(3, 20, 8, 9, 1);
    const plan = batchPlan({ count: 5, batch: 2, seed: 1, training: false, sizes: { a: { ...one(5), lengths } } });
    expect(plan.stepsPerEpoch).toBe(3);
    expect(range(3).map((step) => plan.drawBatch(step).rows)).toEqual([
      [0, 2],
      [4, 3],
      [1, -1],
    ]);
    expect(range(3).map((step) => plan.drawBatch(step).bucket.a!.length)).toEqual([8, 16, 24]);
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

describe('balanced batches', () => {
  // 60 of group 0, 30 of group 1, 6 of group 2 and 4 without: 96 places are shared by three groups, 32 each.
  const groups = Int32Array.from(range(100), (row) => (row < 60 ? 0 : row < 90 ? 1 : row < 96 ? 2 : -1));
  const options = { count: 100, batch: 10, seed: 4, training: true, sizes: { a: one(100) }, groups };
  const countsOf = (rows: number[]) => range(100).map((row) => rows.filter((other) => other === row).length);

  it('every group fills as many rows, samples without one as many as there are', () => {
    for (const epoch of [0, 1, 5]) {
      const counts = [0, 1, 2, -1].map(
        (group) => rowsOf(batchPlan(options), epoch).filter((row) => groups[row] === group).length,
      );
      expect(counts).toEqual([32, 32, 32, 4]);
    }
    const plain = rowsOf(batchPlan({ ...options, groups: undefined }), 0);
    expect(plain.filter((row) => groups[row] === 2)).toHaveLength(6);
  });

  it('a group goes through all its samples before one comes again, across epochs', () => {
    // 15 epochs: 480 draws of each group: 8 of each of 60, 16 of each of 30, 80 of each of 6, 15 of those without.
    const plan = batchPlan(options);
    const counts = countsOf(range(15).flatMap((epoch) => rowsOf(plan, epoch)));
    expect(new Set(counts.slice(0, 60))).toEqual(new Set([8]));
    expect(new Set(counts.slice(60, 90))).toEqual(new Set([16]));
    expect(new Set(counts.slice(90, 96))).toEqual(new Set([80]));
    expect(new Set(counts.slice(96))).toEqual(new Set([15]));
    // Epochs 0 and 15 both begin a turn through group 0: another shuffle, so other samples come first.
    const firstOf = (epoch: number) => sorted(rowsOf(plan, epoch).filter((row) => groups[row] === 0));
    expect(firstOf(15)).not.toEqual(firstOf(0));
  });

  it('mixes the groups within batches, and gives any step directly', () => {
    const whole = range(30).map((step) => batchPlan(options).drawBatch(step));
    for (const { rows } of whole) expect(new Set(rows.map((row) => groups[row])).size).toBeGreaterThan(1);
    const again = batchPlan(options);
    for (const step of [29, 2, 17, 0]) expect(again.drawBatch(step)).toEqual(whole[step]);
    expect(batchPlan({ ...options, seed: 5 }).drawBatch(0).rows).not.toEqual(whole[0]!.rows);
  });

  it('leaves evaluation as it is', () => {
    const plan = batchPlan({ ...options, training: false });
    expect(sorted(rowsOf(plan, 0))).toEqual(range(100));
  });
});

describe('packed batches', () => {
  // Of five inputs each sample has one for certain and each of the others with probability 0.6, by key.
  const inputs = ['a', 'b', 'c', 'd', 'e'];
  const count = 1000;
  const sizes = Object.fromEntries(
    inputs.map((name, at) => {
      const has = (row: number) => row % 5 === at || hostRandom(2, row, name).uniform('has', 0) < 0.6;
      const items = Int32Array.from(range(count), (row) => Number(has(row)));
      return [name, { items, list: 1, lengths: items.map((has, row) => has * (1 + ((row * 37) % 60))) }];
    }),
  );
  const options = { count, batch: 64, seed: 3, training: true, sizes };
  const have = (rows: readonly number[], name: string) => rows.filter((row) => sizes[name]!.items[row]).length;

  it('have like numbers of samples with each input, and so one number of rows in all steps but few', () => {
    // 0.2 + 0.8 * 0.6 = 0.68 of 64 is 43.5; drawn independently, the number's deviation is sqrt(64 * 0.68 * 0.32) = 3.7.
    const plan = batchPlan(options);
    const draws = range(8 * plan.stepsPerEpoch).map((step) => plan.drawBatch(step));
    const packed = draws.filter(({ bucket }) => bucket.a!.rows !== undefined);
    expect(packed.length).toBeGreaterThan(0.95 * draws.length);
    const shape = JSON.stringify(inputs.map((name) => packed[0]!.bucket[name]!.rows));
    for (const { rows, bucket } of packed) {
      expect(JSON.stringify(inputs.map((name) => bucket[name]!.rows))).toBe(shape);
      for (const name of inputs) {
        expect(have(rows, name)).toBeLessThanOrEqual(bucket[name]!.rows!);
        expect(bucket[name]!.rows! - have(rows, name)).toBeLessThan(8);
      }
    }
    for (const epoch of [0, 3]) expect(new Set(rowsOf(plan, epoch)).size).toBe(64 * plan.stepsPerEpoch);
  });

  it('are the same from any step, in a new plan', () => {
    const whole = range(40).map((step) => batchPlan(options).drawBatch(step));
    const again = batchPlan(options);
    for (const step of [39, 3, 20, 0]) expect(again.drawBatch(step)).toEqual(whole[step]);
  });

  it('are none where a batch has more of an input than any of the first epoch, nor of an input that nearly all have', () => {
    // Evaluation keeps to the order within windows of one batch: the first 64 samples have "x", of the other 64 none has.
    const items = Int32Array.from(range(128), (row) => Number(row < 64));
    const plan = batchPlan({ ...options, count: 128, training: false, window: 1, sizes: { x: { items, list: 1 } } });
    expect(plan.drawBatch(1).bucket.x).toEqual({ length: 0, list: 1 });
    expect(bucketOf([0, 1, 2], { sizes: { x: { items, list: 1 } } }, { packed: { x: 2 } }).x!.rows).toBeUndefined();
    expect(bucketOf([0, 1, 99], { sizes: { x: { items, list: 1 } } }, { packed: { x: 2 } }).x!.rows).toBe(2);
  });
});

describe('buckets', () => {
  it('are powers of two from 8, or those listed, and powers of two beyond', () => {
    expect([0, 1, 8, 9, 16, 17, 100].map((length) => bucketLength(length))).toEqual([8, 8, 8, 16, 16, 32, 128]);
    expect([1, 12, 13, 30, 31].map((length) => bucketLength(length, [30, 12]))).toEqual([12, 12, 30, 30, 32]);
    // No item is longer than 50: 56 is the next multiple of 8. What is listed stays as it is.
    expect([9, 33, 50].map((length) => bucketLength(length, [], 50))).toEqual([16, 56, 56]);
    expect([33, 50].map((length) => bucketLength(length, [100], 50))).toEqual([100, 100]);
    expect([0, 1, 2, 3, 5, 6].map((items) => bucketItems(items, 6))).toEqual([1, 1, 2, 4, 6, 6]);
  });
});
