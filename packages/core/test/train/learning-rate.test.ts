import { expect, it } from 'vitest';
import { learningRate } from '../../src/train/learning-rate.js';

const at = (step: number, schedule: 'cosine' | 'linear' | 'constant') =>
  learningRate(step, { learningRate: 2, schedule, warmUp: 4, steps: 12 });

it('warms up by base * (step + 1) / warmUp and reaches the base at the last step of it', () => {
  expect([0, 1, 2, 3].map((step) => at(step, 'cosine'))).toEqual([0.5, 1, 1.5, 2]);
});

it('cosine: base at the start of the decay, half of it halfway, 0 at the end', () => {
  expect(at(4, 'cosine')).toBeCloseTo(2, 12); // cos(0) = 1
  expect(at(8, 'cosine')).toBeCloseTo(1, 12); // cos(pi / 2) = 0
  expect(at(6, 'cosine')).toBeCloseTo(1 + Math.SQRT1_2, 12); // cos(pi / 4)
  expect(at(12, 'cosine')).toBeCloseTo(0, 12);
});

it('linear falls by equal parts; constant stays', () => {
  expect([4, 6, 8, 12].map((step) => at(step, 'linear'))).toEqual([2, 1.5, 1, 0]);
  expect([4, 11, 40].map((step) => at(step, 'constant'))).toEqual([2, 2, 2]);
});
