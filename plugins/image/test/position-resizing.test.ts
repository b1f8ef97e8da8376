import { expect, test } from 'vitest';
import { positionResizing } from '../src/position-resizing.js';

/** A table `[rows * columns]` of one value a place, brought to another grid. */
function resized(table: readonly number[], from: [number, number], to: [number, number]): number[] {
  const map = positionResizing(from, to);
  return Array.from({ length: to[0] * to[1] }, (_, place) =>
    table.reduce((sum, value, source) => sum + value * map[place * table.length + source]!, 0),
  );
}

const close = (actual: number[], expected: number[]) =>
  expect(actual.map((value) => Number(value.toFixed(6)))).toEqual(expected.map((value) => Number(value.toFixed(6))));

/*
 * Worked by hand with a = -0.75. Twice as many places: source = (i + 0.5) / 2 - 0.5 = -0.25, 0.25, 0.75, 1.25.
 * From [0, 1] only weights on the second entry count. i = 0: its distance is 1.25,
 *   a (1.25^3 - 5 * 1.25^2 + 8 * 1.25 - 4) = -0.75 * 0.140625 = -0.10546875.
 * i = 1: distance 0.75 gives 1.25 * 0.421875 - 2.25 * 0.5625 + 1 = 0.26171875, and the clamped one at 1.75 gives
 *   -0.75 * 0.046875 = -0.03515625, together 0.2265625. The other two are 1 minus these. PyTorch prints the same four.
 */
const DOUBLED = [-0.10546875, 0.2265625, 0.7734375, 1.10546875];

test('doubles a row and a column', () => {
  close(resized([0, 1], [1, 2], [1, 4]), DOUBLED);
  close(resized([0, 1], [2, 1], [4, 1]), DOUBLED);
});

test('halves without antialiasing: weights -3/32, 19/32, 19/32, -3/32', () => {
  // source = 2 * (i + 0.5) - 0.5 = 0.5, 2.5. First: (-3 * 1 + 19 * 1 + 19 * 0 - 3 * 0) / 32; the left edge repeats.
  close(resized([1, 0, 0, 4], [1, 4], [1, 2]), [16 / 32, (-3 * 0 + 19 * 0 + 19 * 4 - 3 * 4) / 32]);
});

test('is separable: a 2 x 2 grid with one corner set is the outer product of two rows', () => {
  close(
    resized([0, 0, 0, 1], [2, 2], [4, 4]),
    DOUBLED.flatMap((y) => DOUBLED.map((x) => y * x)),
  );
});

test('the same grid gives the same table', () => {
  const table = Array.from({ length: 6 }, (_, index) => Math.sin(index));
  close(resized(table, [2, 3], [2, 3]), table);
});
