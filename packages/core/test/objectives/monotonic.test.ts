import type { ModelView, Tensor } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { monotonic } from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel } from './objective-model.js';

function input(values: Tensor, valid: number[][], present = valid.map(() => 1)) {
  return { values, valid: tf.tensor2d(valid, undefined, 'bool'), present: tf.tensor1d(present, 'bool') };
}

const viewOf = (a: ReturnType<typeof input>, b: ReturnType<typeof input>): ModelView =>
  ({ inputs: { a, b }, outputs: {}, targets: {} }) as never;

describe('monotonic', () => {
  test('2 x 2 by hand, whatever the lengths of the vectors', () => {
    // a = x, y; b = x, y: d = [[0, 1], [1, 0]]. Paths 0 + 0, 0 + 1 + 0 twice, gamma 0.5:
    // -0.5 ln(1 + 2 e^-2) = -0.119744; over 4 tokens -0.029936.
    const [a, b] = [
      tf.tensor3d([
        [
          [1, 0],
          [0, 3],
        ],
      ]),
      tf.tensor3d([
        [
          [2, 0],
          [0, 1],
        ],
      ]),
    ];
    const { measure, objective } = objectiveModel(monotonic({ from: 'a', to: 'b', gamma: 0.5 }));
    const found = measure(viewOf(input(a, [[1, 1]]), input(b, [[1, 1]])));
    expect(found['a->b']!.sum).toBeCloseTo((-0.5 * Math.log(1 + 2 * Math.exp(-2))) / 4, 5);
    expect(found['a->b']!.count).toBe(1);
    expect(objective.inputs).toEqual(['a', 'b']);
  });

  test('the same order costs less than the reverse', () => {
    const rows = noise('rows', [1, 5, 8]);
    const all = [[1, 1, 1, 1, 1]];
    const { measure } = objectiveModel(monotonic({ from: 'a', to: 'b' }));
    const cost = (other: Tensor) => measure(viewOf(input(rows, all), input(other, all)))['a->b']!.sum;
    expect(cost(rows)).toBeLessThan(cost(tf.reverse(rows, 1)) - 0.1);
  });

  test('counts samples that have both; invalid tokens and absent inputs change nothing', () => {
    const [a, b] = [noise('a', [4, 3, 4]), noise('b', [4, 2, 4])];
    const left = input(
      a,
      [
        [1, 1, 0],
        [1, 1, 1],
        [0, 0, 0],
        [1, 1, 1],
      ],
      [1, 1, 0, 0],
    );
    const right = input(
      b,
      [
        [1, 1],
        [0, 0],
        [1, 1],
        [1, 1],
      ],
      [1, 0, 1, 1],
    );
    const { measure, terms } = objectiveModel(monotonic({ from: 'a', to: 'b' }));
    const found = measure(viewOf(left, right))['a->b']!;
    expect(found.count).toBe(1);
    const alone = measure(
      viewOf(input(tf.slice(a, [0, 0, 0], [1, 2, 4]), [[1, 1]]), input(tf.slice(b, 0, 1), [[1, 1]])),
    );
    expect(found.sum).toBeCloseTo(alone['a->b']!.sum, 5);
    const x = tf.variable(a);
    const gradients = gradientsByName(
      tf,
      new Map([['x', x]]),
      () => terms(viewOf({ ...left, values: x }, right))['a->b']!.sum,
    );
    const used = [...gradients.get('x')!].map((value) => Number(Math.abs(value) > 0));
    expect(used).toEqual([...new Array(8).fill(1), ...new Array(40).fill(0)]);
  });

  test('no sample with both adds 0 with a gradient of 0 and no NaN', () => {
    const { terms, measure } = objectiveModel(monotonic({ from: 'a', to: 'b' }));
    const x = tf.variable(tf.zeros([1, 2, 3]));
    const view = () => viewOf({ ...input(x, [[0, 0]], [0]) }, input(tf.ones([1, 2, 3]), [[1, 1]]));
    expect(measure(view())).toEqual({ 'a->b': { sum: 0, count: 0 } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(view())['a->b']!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(6).fill(0));
  });

  test('gradients equal central differences', () => {
    const variables = new Map([
      ['x', tf.variable(noise('x', [2, 3, 3]))],
      ['y', tf.variable(noise('y', [2, 4, 3]))],
    ]);
    const { total } = objectiveModel(monotonic({ from: 'a', to: 'b', gamma: 0.5 }));
    const loss = () =>
      total(
        viewOf(
          input(variables.get('x')!, [
            [1, 1, 1],
            [1, 0, 1],
          ]),
          input(variables.get('y')!, [
            [1, 1, 1, 1],
            [0, 1, 1, 0],
          ]),
        ),
      );
    expect(numericGradientCheck(tf, variables, loss, { entries: 12 }).compared).toBeGreaterThan(15);
  });

  test('a pass with gradients leaves no tensor behind', () => {
    const { total } = objectiveModel(monotonic({ from: 'a', to: 'b' }));
    const x = tf.variable(noise('x', [1, 2, 3]));
    const [left, right] = [input(x, [[1, 1]]), input(noise('y', [1, 2, 3]), [[1, 1]])];
    const run = () =>
      tf.tidy(() => tf.dispose(tf.variableGrads((() => total(viewOf(left, right))) as never, [x]).grads));
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('refuses an input with itself and a gamma of 0', () => {
    expect(() => monotonic({ from: 'a', to: 'a' })).toThrow('two different inputs');
    expect(() => monotonic({ from: 'a', to: 'b', gamma: 0 })).toThrow('gamma');
  });
});
