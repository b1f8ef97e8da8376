import { expect, it } from 'vitest';
import { steadyOrder } from '../../src/data/steady-order.js';

const all = (count: number) => Uint32Array.from({ length: count }, (_, index) => index);

it('sorts samples that have the same inputs by size, equal ones in their order', () => {
  const sizes = Float64Array.of(3, 1, 3, 2);
  expect([...steadyOrder(all(4), { sizes, items: [Int32Array.of(1, 2, 1, 1)] })]).toEqual([1, 3, 0, 2]);
});

it('deals samples that have an input and those that lack it out at an even rate, each the smallest first', () => {
  // 0 1 2 3 have the input, 4 5 lack it. Had, and samples of each group taken, grow by 2/3, 2/3 and 1/3 a place. Places, and what
  // the distance grows by for (having, lacking): 1: 1.5 * (1 - 4/3) = -1/2, 0.5 * (1 - 2/3) = 1/6 -> having; 2: 1.5 * (3 - 8/3) = 1/2,
  // 0.5 * (1 - 4/3) = -1/6 -> lacking; 3: 1.5 * (3 - 4) = -3/2 -> having; and so on.
  const [sizes, items] = [Float64Array.of(4, 3, 2, 1, 6, 5), [Int32Array.of(1, 1, 1, 1, 0, 0)]];
  expect([...steadyOrder(all(6), { sizes, items })]).toEqual([3, 5, 2, 1, 4, 0]);
});
