import { expect, test } from 'vitest';
import { firstRows, sincosPositions, sincosPositions2d } from '../src/index.js';
import { tf } from './tf.js';

const { sin, cos } = Math;
const close = (values: Float32Array, expected: number[]) => {
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 6);
};

test('fixed positions are sin and cos in turn', () => {
  // width 4: angles p and p / 10000^(2/4) = p / 100.
  close(sincosPositions(3, 4), [
    0,
    1,
    0,
    1,
    sin(1),
    cos(1),
    sin(0.01),
    cos(0.01),
    sin(2),
    cos(2),
    sin(0.02),
    cos(0.02),
  ]);
  expect(sincosPositions(2, 4)[4]).toBeCloseTo(0.841471, 6);
});

test('two-dimensional positions are [sin x, cos x, sin y, cos y] row by row', () => {
  // width 8: quarter 2, omega 1 and 10000^(-1/1) = 0.0001. Cells (y,x): (0,0) (0,1) (1,0) (1,1).
  const cell = (y: number, x: number) => [
    sin(x),
    sin(x * 1e-4),
    cos(x),
    cos(x * 1e-4),
    sin(y),
    sin(y * 1e-4),
    cos(y),
    cos(y * 1e-4),
  ];
  close(sincosPositions2d(2, 2, 8), [...cell(0, 0), ...cell(0, 1), ...cell(1, 0), ...cell(1, 1)]);
  // width 4: one frequency, omega 1; a grid of 1 row and 3 columns.
  close(sincosPositions2d(1, 3, 4), [0, 1, 0, 1, sin(1), cos(1), 0, 1, sin(2), cos(2), 0, 1]);
});

test('a width that four sinusoids cannot share is refused', () => {
  expect(() => sincosPositions2d(2, 2, 6)).toThrow('width 6; take a multiple of 4');
});

test('first rows of a table, and zeros beyond it', () => {
  const table = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  expect(firstRows(tf, table, 1).arraySync()).toEqual([[1, 2]]);
  expect(firstRows(tf, table, 2).arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(firstRows(tf, table, 3).arraySync()).toEqual([
    [1, 2],
    [3, 4],
    [0, 0],
  ]);
});
