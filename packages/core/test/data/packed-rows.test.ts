import { expect, it } from 'vitest';
import { chooseRows, packedRows } from '../../src/data/packed-rows.js';

const sizesOf = (items: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(Object.entries(items).map(([name, each]) => [name, { items: Int32Array.from(each), list: 1 }]));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

it('as many rows go through an adapter as have its input in any batch, up to a multiple of 4', () => {
  const batches = [range(0, 16), range(16, 32)];
  const having = (first: number, second: number) =>
    range(0, 32).map((row) => Number(row < first || (row >= 16 && row < 16 + second)));
  const sizes = sizesOf({ a: having(3, 8), b: having(13, 2), c: having(0, 0), d: having(14, 16) });
  // a: 8; b: 13 -> 16 of 16, which is all; c: no row, but one is needed for the shapes -> 4; d: 16
  expect(packedRows(batches, sizes, 0)).toEqual({ a: 8, c: 4 });
  // one to spare: a: 9 -> 12
  expect(packedRows(batches, sizes, 1)).toEqual({ a: 12, c: 4 });
});

it('a row of padding and a list of two items are one sample each, or none', () => {
  expect(packedRows([[0, 1, 2, ...Array.from({ length: 13 }, () => -1)]], sizesOf({ a: [2, 0, 1] }), 0)).toEqual({
    a: 4,
  });
});

it('chooses the rows that have the input and fills up with others, in their order', () => {
  const present = [false, true, false, true, false, false];
  expect(chooseRows(present, 2)).toEqual([1, 3]);
  expect(chooseRows(present, 4)).toEqual([0, 1, 2, 3]);
  expect(chooseRows(present, 6)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(chooseRows(present, 1)).toEqual([0, 1, 2, 3, 4, 5]);
});
