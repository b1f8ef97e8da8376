import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { sigLIP } from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel, viewOf } from './objective-model.js';

const softplus = (x: number) => Math.log1p(Math.exp(x));
const zeros = (count: number) => Array.from({ length: count }, () => [0, 0]);

describe('SigLIP', () => {
  test('zero features cost softplus(-b) + (N - 1) softplus(b) a sample', () => {
    // b = -10, N = 4: 10.0000454 + 3 * 4.53989e-5 = 10.0001816.
    const found = objectiveModel(sigLIP()).measure(viewOf({ pooled: { a: zeros(4), b: zeros(4) } }));
    expect(Object.keys(found)).toEqual(['a->b']);
    expect(found['a->b']!.count).toBe(4);
    expect(found['a->b']!.sum / 4).toBeCloseTo(10.0001816, 4);
  });

  test('orthonormal pairs: softplus(-(s + b)) + (N - 1) softplus(b)', () => {
    // s = 10, b = -1, N = 2: softplus(-9) + softplus(-1) = 0.000123 + 0.313262.
    const rows = [
      [1, 0],
      [0, 3],
    ];
    const { measure, weights } = objectiveModel(sigLIP());
    weights.get('logitBias/a+b')!.assign(tf.scalar(-1));
    const found = measure(viewOf({ pooled: { a: rows, b: rows } }));
    expect(found['a->b']!.sum / 2).toBeCloseTo(softplus(-9) + softplus(-1), 5);
  });

  test('positives: every pair of equal target has the label +1', () => {
    // Zero features, labels (3, 3, 8): rows 0 and 1 have two positives, row 2 one. All logits are b = -2.
    const { measure, weights } = objectiveModel(sigLIP({ positives: 'kind' }));
    weights.get('logitBias/a+b')!.assign(tf.scalar(-2));
    const found = measure(viewOf({ pooled: { a: zeros(3), b: zeros(3) }, targets: { kind: [3, 3, 8] } }));
    const [positive, negative] = [softplus(2), softplus(-2)];
    expect(found['a->b']!.sum).toBeCloseTo(5 * positive + 4 * negative, 4);
  });

  test('samples that lack an input count nowhere; none complete adds 0 with a gradient of 0', () => {
    const { measure, terms, weights } = objectiveModel(sigLIP());
    const half = measure(viewOf({ pooled: { a: [[0, 0], null, [1, 0]], b: [[0, 0], [1, 1], null] } }));
    expect(half['a->b']!.count).toBe(1);
    expect(half['a->b']!.sum).toBeCloseTo(softplus(10), 4);
    const none = viewOf({ pooled: { a: [[1, 0], null], b: [null, [1, 1]] } });
    expect(measure(none)['a->b']).toEqual({ sum: 0, count: 0 });
    const gradients = gradientsByName(tf, weights, () => terms(none)['a->b']!.sum);
    expect([...gradients.values()].map((values) => Math.abs(values[0]!))).toEqual([0, 0]);
  });

  test('begins at scale ln 10 and bias -10', () => {
    const { weights } = objectiveModel(sigLIP());
    expect(weights.get('logitScale/a+b')!.dataSync()[0]).toBeCloseTo(Math.log(10), 6);
    expect(weights.get('logitBias/a+b')!.dataSync()[0]).toBe(-10);
  });

  test.each([undefined, 'kind'])('gradients equal central differences (positives: %s)', (positives) => {
    const { total, weights } = objectiveModel(sigLIP({ positives }));
    weights.get('logitScale/a+b')!.assign(tf.scalar(0.5));
    weights.get('logitBias/a+b')!.assign(tf.scalar(-1));
    const variables = new Map([
      ...weights,
      ['x', tf.variable(noise('x', [4, 3]))],
      ['y', tf.variable(noise('y', [4, 3]))],
    ]);
    const loss = () => {
      const pooled = { a: variables.get('x')!, b: variables.get('y')! };
      return total(viewOf({ pooled, targets: { kind: [5, 2, 5, null] } }));
    };
    expect(numericGradientCheck(tf, variables, loss, { entries: 12 }).compared).toBe(26);
  });
});
