import { numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { softDtw } from '../../src/align/soft-dtw.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';

const flags = (rows: number[][]) => tf.tensor2d(rows, undefined, 'bool');

function cost(grids: number[][][], rows: number[][], columns: number[][], gamma: number): number[] {
  return [
    ...softDtw(tf, { distances: tf.tensor3d(grids), rows: flags(rows), columns: flags(columns), gamma }).dataSync(),
  ];
}

/** -gamma ln sum exp(-cost / gamma) over every alignment. */
function byEnumeration(grid: number[][], gamma: number): number {
  const costs: number[] = [];
  const walk = (i: number, j: number, sum: number): void => {
    if (i >= grid.length || j >= grid[0]!.length) return;
    const total = sum + grid[i]![j]!;
    if (i === grid.length - 1 && j === grid[0]!.length - 1) costs.push(total);
    walk(i + 1, j, total);
    walk(i, j + 1, total);
    walk(i + 1, j + 1, total);
  };
  walk(0, 0, 0);
  return -gamma * Math.log(costs.reduce((sum, value) => sum + Math.exp(-value / gamma), 0));
}

describe('soft-DTW', () => {
  test('2 x 2 by hand: a + d - g ln(1 + exp(-b/g) + exp(-c/g))', () => {
    // Paths a d, a b d, a c d with a = 1, b = 2, c = 3, d = 4, gamma 1: 5 - ln(1 + e^-2 + e^-3) = 4.830154.
    const [value] = cost(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[1, 1]],
      [[1, 1]],
      1,
    );
    expect(value).toBeCloseTo(5 - Math.log(1 + Math.exp(-2) + Math.exp(-3)), 5);
    expect(value).toBeCloseTo(4.830154, 5);
  });

  test('2 x 3 by hand: five alignments', () => {
    // [[1, 2, 3], [4, 5, 6]]: 1 2 6 = 9; 1 2 3 6 = 12; 1 2 5 6 = 14; 1 5 6 = 12; 1 4 5 6 = 16. The best alone: 9.
    const grid = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const sum = [9, 12, 14, 12, 16].reduce((total, value) => total + Math.exp(-value / 2), 0);
    expect(cost([grid], [[1, 1]], [[1, 1, 1]], 2)[0]).toBeCloseTo(-2 * Math.log(sum), 5);
    expect(cost([grid], [[1, 1]], [[1, 1, 1]], 0.01)[0]).toBeCloseTo(9, 4);
  });

  test('invalid tokens anywhere are as if they were not there', () => {
    const grids = tf.add(noise('dtw', [6, 5, 4]), 1).arraySync() as number[][][];
    const rows = [
      [1, 1, 1, 1, 1],
      [0, 1, 1, 0, 1],
      [1, 0, 0, 1, 0],
      [0, 0, 1, 0, 0],
      [1, 1, 1, 0, 0],
      [0, 0, 0, 1, 1],
    ];
    const columns = [
      [1, 1, 1, 1],
      [0, 1, 0, 1],
      [0, 0, 1, 1],
      [1, 0, 1, 0],
      [0, 1, 0, 0],
      [1, 1, 1, 0],
    ];
    const found = cost(grids, rows, columns, 0.3);
    grids.forEach((grid, at) => {
      const kept = grid.filter((_, i) => rows[at]![i]).map((row) => row.filter((_, j) => columns[at]![j]));
      expect(found[at]).toBeCloseTo(byEnumeration(kept, 0.3), 4);
    });
  });

  test('without a valid token it is finite', () => {
    expect(cost([[[1, 2]]], [[0]], [[1, 1]], 1).every(Number.isFinite)).toBe(true);
  });

  test('gradients equal central differences, and are 0 under invalid tokens', () => {
    const x = tf.variable(tf.add(noise('grid', [2, 3, 4]), 1));
    const [rows, columns] = [
      flags([
        [1, 1, 1],
        [0, 1, 1],
      ]),
      flags([
        [1, 1, 1, 1],
        [1, 0, 1, 0],
      ]),
    ];
    const loss = () => tf.sum(tf.mul(softDtw(tf, { distances: x, rows, columns, gamma: 0.5 }), [1, 2]));
    expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 40 }).compared).toBeGreaterThan(15);
    const { grads } = tf.variableGrads(loss as never, [x]);
    const shares = (grads[x.name]!.arraySync() as number[][][]).map((grid) =>
      grid.map((row) => row.map((value) => Number(Math.abs(value) > 0))),
    );
    expect(shares[1]).toEqual([
      [0, 0, 0, 0],
      [1, 0, 1, 0],
      [1, 0, 1, 0],
    ]);
    // The first and the last cell are in every alignment.
    const whole = grads[x.name]!.arraySync() as number[][][];
    expect(whole[0]![0]![0]).toBeCloseTo(1, 5);
    expect(whole[0]![2]![3]).toBeCloseTo(1, 5);
  });
});
