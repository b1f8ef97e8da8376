import type { ModelView, Tensor } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { type DistillationOptions, distillation } from '../../src/objectives/index.js';
import { vectorTarget } from '../../src/objectives/vector-target.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel, type Rows, viewOf } from './objective-model.js';

const bools = (flags: (number | boolean)[]) => tf.tensor1d(flags.map(Boolean), 'bool');

/** Rows of 8 and a column of teacher vectors; null is a sample without. */
function view(student: Rows | Tensor, teacher: Rows): ModelView {
  const width = teacher.find((row) => row !== null)!.length;
  const values = tf.tensor2d(teacher.map((row) => [...(row ?? new Array(width).fill(0))]));
  return {
    ...viewOf({ pooled: { a: student } }),
    targets: { embedding: { values, valid: bools(teacher.map((row) => row !== null)) } },
  };
}

const wide = (x: number, y: number) => [x, y, 0, 0, 0, 0, 0, 0];

/** Two numbers of a student's eight pass as they are. */
function model(options: Partial<DistillationOptions> = {}) {
  const made = objectiveModel(distillation({ from: 'a', target: 'embedding', width: 2, ...options }));
  const pass = Array.from({ length: 8 }, (_, row) => [Number(row === 0), Number(row === 1)]);
  made.weights.get('project/kernel')!.assign(tf.tensor2d(pass));
  return made;
}

describe('distillation', () => {
  test('cosine: 1 - the cosine, whatever the lengths', () => {
    // (3, 4) and (4, 3): 1 - 24/25 = 0.04. (1, 0) and (0, 7): 1. The third has no teacher, the fourth no student.
    const { measure } = model();
    const found = measure(view([wide(3, 4), wide(1, 0), wide(5, 5), null], [[8, 6], [0, 7], null, [1, 1]]));
    expect(Object.keys(found)).toEqual(['a']);
    expect(found.a!.sum).toBeCloseTo(1.04, 5);
    expect(found.a!.count).toBe(2);
  });

  test('mse: the mean of the squared differences', () => {
    // ((3 - 1)^2 + (4 - 4)^2) / 2 = 2.
    const { measure, objective } = model({ loss: 'mse', weight: 0.5 });
    expect(measure(view([wide(3, 4)], [[1, 4]])).a).toEqual({ sum: 2, count: 1 });
    expect(objective).toMatchObject({ inputs: ['a'], needsFusion: false, weight: 0.5, acrossBatch: false });
    expect(Object.keys(objective.targets!)).toEqual(['embedding']);
  });

  test('from the fused vector', () => {
    const { measure, objective } = model({ from: 'fused', loss: 'mse' });
    const fused = { pooled: tf.tensor2d([wide(3, 4)]), valid: tf.ones([1, 2], 'bool') } as never;
    expect(measure({ ...view([null], [[1, 4]]), fused }).fused).toEqual({ sum: 2, count: 1 });
    expect(objective).toMatchObject({ inputs: [], needsFusion: true });
  });

  test('an input as teacher is learnt from and gets no gradient', () => {
    const { terms, weights, objective } = objectiveModel(distillation({ from: 'a', teacher: 'b' }));
    const variables = new Map([
      ...weights,
      ['x', tf.variable(noise('x', [3, 8]))],
      ['y', tf.variable(noise('y', [3, 8]))],
    ]);
    const loss = () => terms(viewOf({ pooled: { a: variables.get('x')!, b: variables.get('y')! } })).a!.sum;
    expect([...gradientsByName(tf, variables, loss).keys()]).toEqual(['project/kernel', 'project/bias', 'x']);
    expect(objective).toMatchObject({ inputs: ['a', 'b'], targets: {} });
  });

  test('no sample with both adds 0 with a gradient of 0 and no NaN', () => {
    const { measure, terms } = model();
    const x = tf.variable(tf.zeros([1, 8]));
    const none = () => ({
      ...view(x, [[0, 0]]),
      targets: { embedding: { values: tf.zeros([1, 2]), valid: bools([0]) } },
    });
    expect(measure(none())).toEqual({ a: { sum: 0, count: 0 } });
    const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(none()).a!.sum);
    expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(8).fill(0));
  });

  test.each(['cosine', 'mse'] as const)('gradients equal central differences: %s', (loss) => {
    const { total, weights } = objectiveModel(distillation({ from: 'a', target: 'embedding', width: 3, loss }));
    const variables = new Map([...weights, ['x', tf.variable(noise('x', [2, 8]))]]);
    const teacher: Rows = [
      [1, -0.5, 0.2],
      [0.3, 0.8, -1],
    ];
    const run = () => total(view(variables.get('x')!, teacher));
    expect(numericGradientCheck(tf, variables, run, { entries: 12 }).compared).toBeGreaterThan(20);
  });

  test('a pass with gradients leaves no tensor behind', () => {
    const batch = view([wide(1, 2)], [[2, 1]]);
    expect(model().leftBehind(batch)).toBe(0);
  });

  test('a teacher is named once, and is another', () => {
    for (const options of [{}, { target: 't' }, { width: 4 }, { target: 't', width: 4, teacher: 'b' }])
      expect(() => distillation({ from: 'a', ...options })).toThrow(/distillation: name the teacher/);
    expect(() => distillation({ from: 'a', teacher: 'a' })).toThrow('its own teacher');
  });
});

test('a vector that is too short, no list or not finite is one clear sentence', () => {
  const { schema, collate } = vectorTarget(2);
  const problems = (value: unknown) =>
    (schema['~standard'].validate(value) as { issues?: { message: string }[] }).issues?.map(({ message }) => message);
  expect(problems([1, 2])).toBeUndefined();
  expect(problems([1])).toEqual(['expected a list of 2 numbers']);
  expect(problems([1, Number.NaN])).toEqual(['expected a finite number']);
  expect(problems([1, Number.POSITIVE_INFINITY])).toEqual(['expected a finite number']);
  expect(problems('1, 2')).toEqual(['expected a list of 2 numbers']);
  expect([...collate([[1, 2], undefined, [3, 4]]).data]).toEqual([1, 2, 0, 0, 3, 4]);
});
