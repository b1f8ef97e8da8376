import { describe, expect, it } from 'vitest';
import { nextFactors } from '../../src/balance/grad-norm.js';
import { modulationScales } from '../../src/balance/gradient-modulation.js';
import { projectConflicts } from '../../src/balance/pc-grad.js';
import { tf } from '../fusion/tf.js';

const numbers = (values: number[]) => tf.tensor1d(values);
const rounded = (tensor: { dataSync(): ArrayLike<number> }) =>
  Array.from(tensor.dataSync(), (value) => Number(value.toFixed(5)));

describe('PCGrad', () => {
  const [forth, back] = [
    [0.1, 0.2, 0.3],
    [0.1, 0.3, 0.2],
  ];

  it('takes away what opposes, and nothing where all agree', () => {
    // g1 = (1, 0), g2 = (-1, 1): products 1, -1, 2. g1 <- g1 + 1/2 g2 = (1/2, 1/2); g2 <- g2 + 1/1 g1 = (0, 1).
    const conflict = tf.tensor2d([1, -1, -1, 2], [2, 2]);
    const draws = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]);
    expect(rounded(projectConflicts(tf, conflict, draws))).toEqual([1, 0.5, 1, 1]);
    expect(rounded(projectConflicts(tf, tf.abs(conflict), draws))).toEqual([1, 0, 0, 1]);
  });

  it('goes by the order that was drawn: each projection sees what is left', () => {
    // g1 = (1, 0), g2 = (-1, 1), g3 = (0, -1). By g2 first: (1/2, 1/2), which opposes g3: + 1/2 g3. By g3 first: nothing, then g2.
    const products = tf.tensor2d([1, -1, 0, -1, 2, -1, 0, -1, 1], [3, 3]);
    const first = (row: number[]) => {
      const factors = projectConflicts(tf, products, tf.tensor2d([row, forth, forth]));
      return rounded(tf.slice(factors, [0, 0], [1, 3]));
    };
    expect(first(forth)).toEqual([1, 0.5, 0.5]);
    expect(first(back)).toEqual([1, 0.5, 0]);
  });
});

it('GradNorm moves the factors towards equal lengths, the slow objective ahead, and keeps their sum', () => {
  // G = (1, 3), mean 2. Ratios (0.8, 0.4) to their mean 0.6: r = (4/3, 2/3). alpha 1: aims (8/3, 4/3).
  // Signs (-1, +1): f = (1 + 0.1 x 1, 1 - 0.1 x 3) = (1.1, 0.7), to sum 2: (1.22222, 0.77778).
  const given = { factors: numbers([1, 1]), lengths: numbers([1, 3]), ratios: numbers([0.8, 0.4]) };
  const options = { alpha: 1, learningRate: 0.1 };
  expect(rounded(nextFactors(tf, { ...given, counted: numbers([1, 1]) }, options))).toEqual([1.22222, 0.77778]);
  // Only the first counts: it is its own mean, G = aim, and nothing moves.
  expect(rounded(nextFactors(tf, { ...given, counted: numbers([1, 0]) }, options))).toEqual([1, 1]);
});

it('gradient modulation holds back who leads, by the mean of the others', () => {
  // rho = 6/3 = 2 and 3/6: k = 1 - tanh(0.5 x 2) = 0.23841, and 1.
  expect(rounded(modulationScales(tf, numbers([6, 3]), 0.5))).toEqual([0.23841, 1]);
  // Of three: 8 / ((4 + 2) / 2) = 8/3, 4 / 5, 2 / 6: k = 1 - tanh(4/3) = 2 / (e^(8/3) + 1) = 0.12994.
  expect(rounded(modulationScales(tf, numbers([8, 4, 2]), 0.5))).toEqual([0.12994, 1, 1]);
});
