import type { Fused, InputView, ModelView, Tensor } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { maskedModelling } from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel } from './objective-model.js';

const bools = (rows: number[][]) => tf.tensor2d(rows, undefined, 'bool');
/** Tokens that are their own scores. */
const own = (kind: 'classes' | 'values') => ({ kind, score: (tokens: Tensor) => tokens });

function view(values: Tensor, hidden: number[][], parts: Partial<InputView>, fused?: Fused): ModelView {
  const a = { values, hidden: bools(hidden), valid: bools(hidden.map((row) => row.map(() => 1))), ...parts };
  return { inputs: { a }, outputs: {}, targets: {}, fused } as never;
}

describe('masked modelling of classes', () => {
  const scorer = own('classes');
  const target = tf.tensor2d([[1, 0, 1]], undefined, 'int32');

  test('is -ln p of what is hidden, over hidden tokens, and how many of them are found', () => {
    // Scores (ln 3, 0), (ln 3, 0), (0, ln 3); classes 1, 0, 1. Hidden: the first two. -ln(1/4) - ln(3/4) = 1.673976.
    const scores = tf.tensor3d([
      [
        [Math.log(3), 0],
        [Math.log(3), 0],
        [0, Math.log(3)],
      ],
    ]);
    const { measure, objective } = objectiveModel(maskedModelling({ input: 'a' }));
    const found = measure(view(scores, [[1, 1, 0]], { scorer, target }));
    expect(found.a!.sum).toBeCloseTo(1.673976, 5);
    expect(found.a!.count).toBe(2);
    expect(found.accuracy).toEqual({ sum: 1, count: 2 });
    expect(objective).toMatchObject({ inputs: ['a'], hidden: ['a'], needsFusion: false, acrossBatch: false });
  });

  test('nothing hidden adds 0 with a gradient of 0 and no NaN', () => {
    const { measure, terms } = objectiveModel(maskedModelling({ input: 'a' }));
    const x = tf.variable(noise('x', [1, 3, 2]));
    const none = () => view(x, [[0, 0, 0]], { scorer, target });
    expect(measure(none())).toEqual({ a: { sum: 0, count: 0 }, accuracy: { sum: 0, count: 0 } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(none()).a!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(6).fill(0));
  });

  test('gradients equal central differences, and reach hidden tokens only', () => {
    const { total, terms } = objectiveModel(maskedModelling({ input: 'a' }));
    const x = tf.variable(noise('x', [2, 3, 4]));
    const classes = tf.tensor2d(
      [
        [3, 0, 1],
        [2, 2, 0],
      ],
      undefined,
      'int32',
    );
    const some = () =>
      view(
        x,
        [
          [1, 0, 1],
          [0, 0, 1],
        ],
        { scorer, target: classes },
      );
    const loss = () => {
      const { a } = terms(some());
      return tf.div(a!.sum, a!.count);
    };
    expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 24 }).compared).toBeGreaterThan(12);
    const gradient = gradientsByName(tf, new Map([['x', x]]), loss).get('x')!;
    const used = Array.from({ length: 6 }, (_, token) => gradient.slice(4 * token, 4 * token + 4).some(Boolean));
    expect(used).toEqual([true, false, true, false, false, true]);
    expect(Number.isFinite(total(some()).dataSync()[0])).toBe(true);
  });
});

describe('masked modelling of values', () => {
  const scorer = own('values');
  // Means 2 and 5, variances over n - 1: ((1 + 0 + 1) / 2) = 1 and 0.
  const target = tf.tensor3d([
    [
      [1, 2, 3],
      [5, 5, 5],
    ],
  ]);
  const scores = tf.tensor3d([
    [
      [0, 0, 2],
      [1, -1, 0],
    ],
  ]);

  test('is the mean squared error of each hidden token, its target standardised by itself', () => {
    // (1, 2, 3) becomes (-1, 0, 1): ((0 + 1)^2 + 0 + (2 - 1)^2) / 3 = 2/3. (5, 5, 5) becomes zeros: (1 + 1) / 3 = 2/3.
    const { measure } = objectiveModel(maskedModelling({ input: 'a' }));
    const found = measure(view(scores, [[1, 1]], { scorer, target }));
    expect(Object.keys(found)).toEqual(['a']);
    expect(found.a!.sum).toBeCloseTo(4 / 3, 5);
    expect(found.a!.count).toBe(2);
    expect(measure(view(scores, [[0, 1]], { scorer, target })).a!.sum).toBeCloseTo(2 / 3, 5);
  });

  test('or as it is', () => {
    // ((0 - 1)^2 + (0 - 2)^2 + (2 - 3)^2) / 3 = 2.
    const { measure } = objectiveModel(maskedModelling({ input: 'a', normalise: false }));
    expect(measure(view(scores, [[1, 0]], { scorer, target })).a).toEqual({ sum: 2, count: 1 });
  });

  test('a single value has no deviation of its own', () => {
    const single = view(tf.zeros([1, 2, 1]), [[1, 1]], { scorer, target: tf.zeros([1, 2, 1]) });
    expect(() => objectiveModel(maskedModelling({ input: 'a' })).measure(single)).toThrow(
      /one value.*normalise: false/,
    );
    expect(objectiveModel(maskedModelling({ input: 'a', normalise: false })).measure(single).a!.sum).toBe(0);
  });

  test('gradients equal central differences', () => {
    const { total } = objectiveModel(maskedModelling({ input: 'a' }));
    const x = tf.variable(noise('x', [1, 2, 3]));
    const loss = () => total(view(x, [[1, 1]], { scorer, target }));
    expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 6 }).compared).toBe(6);
  });
});

describe('from fused tokens', () => {
  const scorer = own('values');
  const plugin = () => maskedModelling({ input: 'a', from: 'fused', normalise: false });
  /** An absence token and two of a's own after three others. */
  const fusedOf = (values: Tensor, valid: number[][]) =>
    ({ values, valid: bools(valid), spans: { b: { start: 0, end: 3 }, a: { start: 3, end: 6 } } }) as never;

  test('reads the tokens of the input, without the one that stands for its absence', () => {
    const values = tf.tensor3d([[[9], [9], [9], [9], [1], [4]]]);
    const target = tf.tensor3d([[[3], [4]]]);
    const { measure, objective } = objectiveModel(plugin());
    const found = measure(
      view(tf.zeros([1, 2, 1]), [[1, 1]], { scorer, target }, fusedOf(values, [[1, 1, 1, 0, 1, 1]])),
    );
    expect(found.a).toEqual({ sum: 4, count: 2 });
    expect(objective.needsFusion).toBe(true);
  });

  test('an input that the fusion was not given is not asked', () => {
    const target = tf.ones([1, 2, 1]);
    const fused = fusedOf(tf.zeros([1, 6, 1]), [[1, 1, 1, 1, 0, 0]]);
    expect(objectiveModel(plugin()).measure(view(tf.zeros([1, 2, 1]), [[1, 1]], { scorer, target }, fused)).a).toEqual({
      sum: 0,
      count: 0,
    });
  });

  test('what the fusion does not keep is told', () => {
    const fused = { values: tf.zeros([1, 1, 1]), valid: bools([[1]]), spans: { joint: { start: 0, end: 1 } } } as never;
    const late = view(tf.zeros([1, 2, 1]), [[1, 1]], { scorer, target: tf.ones([1, 2, 1]) }, fused);
    expect(() => objectiveModel(plugin()).measure(late)).toThrow(/no tokens of "a", but of joint/);
  });
});

test('a pass with gradients leaves no tensor behind', () => {
  const { total } = objectiveModel(maskedModelling({ input: 'a' }));
  const x = tf.variable(noise('x', [1, 2, 3]));
  const batch = view(x, [[1, 0]], { scorer: own('classes'), target: tf.zeros([1, 2], 'int32') });
  const run = () => tf.tidy(() => tf.dispose(tf.variableGrads((() => total(batch)) as never, [x]).grads));
  run();
  const before = tf.memory().numTensors;
  run();
  expect(tf.memory().numTensors).toBe(before);
});

test('tokens without a target are refused', () => {
  const batch = view(tf.zeros([1, 1, 2]), [[1]], {});
  expect(() => objectiveModel(maskedModelling({ input: 'a' })).measure(batch)).toThrow(/"a" carry no target/);
});
