import type { InputView, ModelView, Tensor } from '@modalkit/contract';
import { createTestModel, gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { early } from '../../src/fusion/index.js';
import { hardNegatives } from '../../src/objectives/hard-negatives.js';
import { matching } from '../../src/objectives/index.js';
import { forward, score } from '../../src/train/forward.js';
import { createTrainable } from '../../src/train/trainable.js';
import { trainingStep } from '../../src/train/training-step.js';
import { series } from '../fixtures/series-plugin.js';
import { batchOf, project, sample, testModel } from '../fixtures/test-project.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel } from './objective-model.js';

const softplus = (x: number) => Math.log1p(Math.exp(x));
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function inputOf(pooled: Tensor, present: number[]): InputView {
  const flags = tf.tensor1d(present, 'bool');
  const valid = tf.expandDims(flags, 1);
  return { values: tf.expandDims(pooled, 1), pooled, valid, hidden: tf.zerosLike(valid), present: flags, position: {} };
}

/** A fusion that adds: pooled = a + 10 b. */
function view(a: Tensor, b: Tensor, present: readonly [number[], number[]], kind?: (number | null)[]): ModelView {
  const fuse = (inputs: Readonly<Record<string, InputView>>) =>
    ({ pooled: tf.add(inputs.a!.pooled, tf.mul(inputs.b!.pooled, 10)) }) as never;
  const targets = kind && {
    kind: {
      values: tf.tensor1d(
        kind.map((value) => value ?? 0),
        'int32',
      ),
      valid: tf.tensor1d(
        kind.map((value) => value !== null),
        'bool',
      ),
    },
  };
  return {
    inputs: { a: inputOf(a, present[0]), b: inputOf(b, present[1]) },
    outputs: {},
    targets: targets ?? {},
    fuse,
  };
}

/** Rows of 8 whose first number is given. */
const firsts = (numbers: number[]) => tf.tensor2d(numbers.map((number) => [number, ...new Array(7).fill(0)]));

/** z is the first number of the fused vector. */
function model(options: object = {}) {
  const made = objectiveModel(matching({ pair: ['a', 'b'], ...options }));
  made.weights.get('linear/kernel')!.assign(tf.tensor2d([[1], ...new Array(7).fill([0])]));
  return made;
}

const both = [
  [1, 1],
  [1, 1],
] as [number[], number[]];

describe('matching', () => {
  test('two samples: own pairs match, the other one’s does not', () => {
    // a = 0.1, 0.2; b = 0.03, 0.05. Own 0.4, 0.7; a with the other b 0.6, 0.5; b with the other a 0.5, 0.6.
    const { measure, objective } = model();
    const found = measure(view(firsts([0.1, 0.2]), firsts([0.03, 0.05]), both));
    expect(found['a+b']!.sum).toBeCloseTo(sum([-0.4, -0.7, 0.6, 0.5, 0.5, 0.6].map(softplus)), 5);
    expect(found['a+b']!.count).toBe(6);
    expect(found.accuracy).toEqual({ sum: 2, count: 6 });
    expect(objective).toMatchObject({ inputs: ['a', 'b'], needsFusion: true, acrossBatch: true });
  });

  test('samples that lack an input are neither counted nor drawn', () => {
    // Sample 1 lacks b, sample 3 lacks a: what remains is the case above.
    const { measure } = model();
    const present: [number[], number[]] = [
      [1, 1, 1, 0],
      [1, 0, 1, 1],
    ];
    const found = measure(view(firsts([0.1, 9, 0.2, 7]), firsts([0.03, 9, 0.05, 7]), present));
    expect(found['a+b']!.count).toBe(6);
    expect(found['a+b']!.sum).toBeCloseTo(sum([-0.4, -0.7, 0.6, 0.5, 0.5, 0.6].map(softplus)), 5);
  });

  test('equal targets are no negatives of each other; without any, own pairs count alone', () => {
    const { measure, objective } = model({ positives: 'kind' });
    const found = measure(view(firsts([0.1, 0.2]), firsts([0.03, 0.05]), both, [4, 4]));
    expect(found['a+b']!.count).toBe(2);
    expect(found['a+b']!.sum).toBeCloseTo(softplus(-0.4) + softplus(-0.7), 5);
    const unknown = measure(view(firsts([0.1, 0.2]), firsts([0.03, 0.05]), both, [4, null]));
    expect(unknown['a+b']!.count).toBe(6);
    expect(Object.keys(objective.targets!)).toEqual(['kind']);
  });

  test('no sample with both adds 0 with a gradient of 0 and no NaN', () => {
    const { measure, terms } = model();
    const x = tf.variable(noise('x', [2, 8]));
    const apart: [number[], number[]] = [
      [1, 0],
      [0, 1],
    ];
    const none = () => view(x, noise('y', [2, 8]), apart);
    expect(measure(none())).toEqual({ 'a+b': { sum: 0, count: 0 }, accuracy: { sum: 0, count: 0 } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(none())['a+b']!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(16).fill(0));
  });

  test('gradients equal central differences', () => {
    const { total, weights } = objectiveModel(matching({ pair: ['a', 'b'] }));
    const variables = new Map([
      ...weights,
      ['x', tf.variable(noise('x', [2, 8]))],
      ['y', tf.variable(tf.mul(noise('y', [2, 8]), 0.1))],
    ]);
    const loss = () => total(view(variables.get('x')!, variables.get('y')!, both));
    expect(numericGradientCheck(tf, variables, loss, { entries: 8 }).compared).toBeGreaterThan(20);
  });

  test('a pass with gradients leaves no tensor behind', () => {
    const batch = view(firsts([0.1, 0.2]), firsts([0.03, 0.05]), both);
    expect(model().leftBehind(batch)).toBe(0);
  });

  test('a pair of one, or a negative temperature, is refused', () => {
    expect(() => matching({ pair: ['a', 'a'] })).toThrow('two different inputs');
    expect(() => matching({ pair: ['a', 'b'], temperature: -1 })).toThrow(/temperature: expected a temperature/);
  });
});

test('negatives are drawn by softmax(similarity / temperature) over those that may be, by the key alone', () => {
  // Row 0 may have columns 1, 2, 3 of similarity 0.2, 0.1, 0: at temperature 0.1 odds e^2 : e : 1 = 0.665, 0.245, 0.090.
  const similarity = tf.tensor2d([
    [9, 0.2, 0.1, 0],
    [0, 9, 0, 0],
  ]);
  const may = tf.tensor2d([
    [0, 1, 1, 1],
    [0, 0, 0, 0],
  ]);
  const counts = [0, 0, 0, 0];
  const draw = (stepNumber: number) => {
    const { step } = createTestModel({ tf, state: undefined, stepNumber });
    const { ids, found } = hardNegatives(step, 'negatives', similarity, may, 0.1);
    expect([...found.dataSync()]).toEqual([1, 0]);
    return ids.dataSync()[0]!;
  };
  for (let stepNumber = 0; stepNumber < 600; stepNumber++)
    counts[tf.tidy(() => draw(stepNumber) as never) as number]!++;
  expect(counts[0]).toBe(0);
  // Four standard errors of a share of 600 are at most 0.08.
  for (const [column, share] of [
    [1, 0.665],
    [2, 0.245],
    [3, 0.09],
  ] as const)
    expect(Math.abs(counts[column]! / 600 - share)).toBeLessThan(0.08);
  expect([draw(7), draw(8)]).toEqual([draw(7), draw(8)]);
});

describe('in a model', () => {
  const inputs = { a: series(), b: series(), c: series() };
  const made = async (fusion = early({ layers: 1, heads: 2 })) =>
    testModel(project({ inputs, fusion, objectives: { match: matching({ pair: ['a', 'b'] }) } }));
  const samples = (c: number) => [
    sample('0', { a: [1, 2], b: [3, 1], c: [c] }),
    sample('1', { a: [0, 4], b: [1] }),
    sample('2', { a: [5], b: [2, 2], c: [1, c] }),
  ];

  test('other inputs say nothing: only the pair is fused', async () => {
    const model = await made();
    const loss = async (c: number) => {
      const batch = await batchOf(model, samples(c));
      const terms = tf.tidy(() => score(model, batch, forward(model, batch, { training: true })) as never) as Record<
        string,
        { sum: Tensor; count: Tensor }
      >;
      return ['sum', 'count'].map((part) => terms['match/a+b']![part as 'sum'].dataSync()[0]!);
    };
    const [first, second] = [await loss(3), await loss(-70)];
    expect(first[1]).toBe(9);
    expect(second).toEqual(first);
  });

  test('a step moves the fusion, both towers and the classifier, and leaves no tensor', async () => {
    const model = await made();
    const trainable = createTrainable(model);
    const values = () => new Map([...model.weights].map(([name, { variable }]) => [name, variable.dataSync().join()]));
    const [batch, rate] = [await batchOf(model, samples(1)), tf.scalar(0.01)];
    const before = values();
    tf.dispose(trainingStep(trainable, [batch], rate).values);
    const after = values();
    const moved = (prefix: string) =>
      [...after].some(([name, value]) => name.startsWith(prefix) && value !== before.get(name));
    expect(['a/', 'b/', 'fusion/transformer/', 'objectives/match/linear'].map(moved)).toEqual(new Array(4).fill(true));
    const tensors = tf.memory().numTensors;
    tf.dispose(trainingStep(trainable, [batch], rate).values);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('a fusion that does not join the pair, or none, is told', async () => {
    const model = await made(early({ inputs: ['a', 'c'], heads: 2 }));
    const batch = await batchOf(model, samples(1));
    expect(() => trainingStep(createTrainable(model), [batch], tf.scalar(0))).toThrow(/refers to the input "b"/);
    expect(() => project({ inputs, objectives: { match: matching({ pair: ['a', 'b'] }) } })).toThrow(
      'the config has no fusion',
    );
  });
});
