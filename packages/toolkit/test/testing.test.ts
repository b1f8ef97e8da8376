import type { Tensor } from '@modalkit/contract';

import { expect, test } from 'vitest';
import { initLinear, linear } from '../src/index.js';
import { createTestModel, numericGradientCheck } from '../src/testing.js';
import { tf } from './tf.js';

function model() {
  const built = createTestModel({ tf, state: undefined, seed: 3 });
  initLinear(built.init.scope('a'), 'b', 3, 2);
  return built;
}

test('names weights by scope and draws the same numbers from the same seed', () => {
  const [first, second] = [model(), model()];
  expect([...first.weights.keys()]).toEqual(['a/b/kernel', 'a/b/bias']);
  expect(first.weights.get('a/b/kernel')!.dataSync()).toEqual(second.weights.get('a/b/kernel')!.dataSync());
  expect(() => first.init.weight('a/b/bias', [2], { kind: 'zeros' })).toThrow('declared twice');
  expect(() => first.step.weight('nothing')).toThrow('not declared');
});

test('the gradient check passes a right gradient and refuses a wrong or missing one', () => {
  const { step, weights, init } = model();
  const x = tf.tensor2d([[1, -2, 3]]);
  const loss = () => tf.sum(tf.square(linear(step.scope('a'), 'b', x)));
  expect(numericGradientCheck(tf, weights, loss).worst).toBeLessThan(0.02);
  const doubled = tf.customGrad(((value: Tensor) => ({
    value: tf.clone(value),
    gradFunc: (dy: Tensor) => tf.mul(dy, 1.1),
  })) as never);
  expect(() => numericGradientCheck(tf, weights, () => doubled(loss()))).toThrow('a/b/kernel[');
  init.weight('unused', [1], { kind: 'ones' });
  expect(() => numericGradientCheck(tf, weights, loss)).toThrow('unused has no gradient');
});
