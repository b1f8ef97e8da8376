import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { adamw, sgd } from '../../src/train/optimiser.js';

const vector = (...values: number[]) => tf.tensor1d(values);

it('AdamW: one number over two steps, by hand', () => {
  const rule = adamw({ beta1: 0.9, beta2: 0.99, epsilon: 0, weightDecay: 0.1 });
  // step 1: g = 2: m = 0.2, v = 0.04; debiased m = 2, v = 4; m/sqrt(v) = 1; change = 1 + 0.1 * 1 = 1.1; w = 1 - 0.5 * 1.1 = 0.45
  const one = rule.update(tf, {
    weights: vector(1),
    gradients: vector(2),
    slots: { first: vector(0), second: vector(0) },
    factors: rule.factors(tf, vector(1)),
    learningRate: vector(0.5),
    decay: vector(1),
  });
  expect(one.weights.dataSync()[0]).toBeCloseTo(0.45, 6);
  expect(one.slots.first!.dataSync()[0]).toBeCloseTo(0.2, 6);
  expect(one.slots.second!.dataSync()[0]).toBeCloseTo(0.04, 6);
  // step 2: g = -1: m = 0.18 - 0.1 = 0.08, v = 0.0396 + 0.01 = 0.0496; debiased m = 0.08/0.19 = 0.4210526, v = 0.0496/0.0199 = 2.4924623
  // change = 0.4210526/1.5787534 + 0.1 * 0.45 = 0.2666994 + 0.045 = 0.3116994; w = 0.45 - 0.5 * 0.3116994 = 0.2941503
  const two = rule.update(tf, {
    weights: one.weights,
    gradients: vector(-1),
    slots: one.slots,
    factors: rule.factors(tf, vector(2)),
    learningRate: vector(0.5),
    decay: vector(1),
  });
  expect(two.weights.dataSync()[0]).toBeCloseTo(0.2941503, 5);
});

it('AdamW: the first step is the learning rate in the direction of the sign, whatever the gradient', () => {
  const rule = adamw({ beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0 });
  const { weights } = rule.update(tf, {
    weights: vector(0, 0),
    gradients: vector(1e-3, -50),
    slots: { first: vector(0, 0), second: vector(0, 0) },
    factors: rule.factors(tf, vector(1, 1)),
    learningRate: vector(0.1, 0.1),
    decay: vector(0, 0),
  });
  expect(weights.dataSync()[0]).toBeCloseTo(-0.1, 4);
  expect(weights.dataSync()[1]).toBeCloseTo(0.1, 4);
});

it('each number is corrected by its own count: a weight that waited is not treated as an old one', () => {
  const rule = adamw({ beta1: 0.9, beta2: 0.99, epsilon: 0, weightDecay: 0 });
  const { weights } = rule.update(tf, {
    weights: vector(0, 0),
    gradients: vector(1, 1),
    slots: { first: vector(0, 0), second: vector(0, 0) },
    factors: rule.factors(tf, vector(1, 10)),
    learningRate: vector(1, 1),
    decay: vector(0, 0),
  });
  const [fresh, old] = weights.dataSync();
  expect(fresh).toBeCloseTo(-1, 5);
  // t = 10: (0.1 / (1 - 0.9^10)) / sqrt(0.01 / (1 - 0.99^10)) = 0.1535337 / 0.3233866 = 0.4747681
  expect(old).toBeCloseTo(-0.4747681, 4);
});

it('SGD: momentum and decoupled decay by hand', () => {
  const rule = sgd({ momentum: 0.5, weightDecay: 0.1 });
  // u = 0.5 * 4 + 1 = 3; w = 2 - 0.1 * (3 + 0.1 * 2) = 1.68
  const { weights, slots } = rule.update(tf, {
    weights: vector(2),
    gradients: vector(1),
    slots: { velocity: vector(4) },
    factors: rule.factors(tf, vector(7)),
    learningRate: vector(0.1),
    decay: vector(1),
  });
  expect(weights.dataSync()[0]).toBeCloseTo(1.68, 6);
  expect(slots.velocity!.dataSync()[0]).toBeCloseTo(3, 6);
});
