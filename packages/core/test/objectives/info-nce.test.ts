import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { infoNCE } from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel, viewOf } from './objective-model.js';

const SCALE = 1 / 0.07;
const axis = (index: number, length = 1) => [0, 1, 2, 3].map((column) => (column === index ? length : 0));
const mean = ({ sum, count }: { sum: number; count: number }) => sum / count;

describe('InfoNCE', () => {
  test('N orthonormal aligned pairs cost ln(1 + (N - 1) exp(-s)) both ways', () => {
    // z_ii = s, z_ij = 0: L = ln(e^s + (N-1)) - s = ln(1 + (N-1) e^-s). Lengths 1, 2, 3 must not matter.
    const rows = [axis(0), axis(1, 2), axis(2, 3)];
    const { measure, weights } = objectiveModel(infoNCE());
    weights.get('logitScale/a+b')!.assign(tf.scalar(Math.log(2)));
    const found = measure(viewOf({ pooled: { a: rows, b: rows } }));
    const expected = Math.log(1 + 2 * Math.exp(-2)); // 0.2395
    expect(Object.keys(found)).toEqual(['a->b', 'b->a']);
    expect(mean(found['a->b']!)).toBeCloseTo(expected, 5);
    expect(mean(found['b->a']!)).toBeCloseTo(expected, 5);
    expect(found['a->b']!.count).toBe(3);
  });

  test('the two directions differ: rows against columns', () => {
    // a = (x, x), b = (x, y), s = 1. Cosines [[1, 0], [1, 0]].
    // a->b: ln(e + 1) - 1 = 0.3133, ln(e + 1) - 0 = 1.3133. b->a: ln(2e) - 1 = ln 2, ln(2) - 0 = ln 2.
    const { measure, weights } = objectiveModel(infoNCE());
    weights.get('logitScale/a+b')!.assign(tf.scalar(0));
    const found = measure(viewOf({ pooled: { a: [axis(0), axis(0)], b: [axis(0), axis(1)] } }));
    expect(found['a->b']!.sum).toBeCloseTo(2 * Math.log(Math.E + 1) - 1, 5);
    expect(found['b->a']!.sum).toBeCloseTo(2 * Math.LN2, 5);
  });

  test('a sample that lacks an input is neither query, positive nor negative', () => {
    const { measure } = objectiveModel(infoNCE({ pairs: [['a', 'b']] }));
    const whole = viewOf({ pooled: { a: [axis(0), [1, 1, 0, 0], axis(2)], b: [axis(0), [0, 1, 1, 0], [1, 0, 1, 0]] } });
    const padded = viewOf({
      pooled: {
        a: [axis(0), axis(3), null, [1, 1, 0, 0], null, axis(2)],
        b: [axis(0), null, [1, 1, 1, 1], [0, 1, 1, 0], null, [1, 0, 1, 0]],
      },
    });
    const [one, other] = [measure(whole), measure(padded)];
    expect(other['a->b']!.count).toBe(3);
    expect(other['a->b']!.sum).toBeCloseTo(one['a->b']!.sum, 4);
    expect(other['b->a']!.sum).toBeCloseTo(one['b->a']!.sum, 4);
  });

  test('without one complete pair it adds 0, and its gradient is 0 and no NaN', () => {
    const { terms, measure, weights } = objectiveModel(infoNCE({ positives: 'kind' }));
    const view = viewOf({ pooled: { a: [axis(0), null], b: [null, axis(1)] }, targets: { kind: [1, null] } });
    expect(measure(view)).toEqual({ 'a->b': { sum: 0, count: 0 }, 'b->a': { sum: 0, count: 0 } });
    const rows = tf.variable(tf.tensor2d([axis(0), axis(1)]));
    const variables = new Map([...weights, ['rows', rows]]);
    const gradients = gradientsByName(tf, variables, () => {
      const { a, b } = view.inputs;
      const inputs = { a: { ...a!, pooled: rows }, b: { ...b!, pooled: rows } };
      return terms({ ...view, inputs })['a->b']!.sum;
    });
    expect([...gradients.values()].flatMap((values) => [...values]).every((value) => value === 0)).toBe(true);
    expect(gradients.size).toBe(2);
  });

  test('positives: the mean of -ln p over the samples of equal target', () => {
    // Orthonormal pairs, labels (7, 7, 9), s = 1/0.07. Row 0: ln(e^s + 2) - mean(s, 0); row 2: ln(e^s + 2) - s.
    const rows = [axis(0), axis(1), axis(2)];
    const { measure, objective } = objectiveModel(infoNCE({ positives: 'kind' }));
    const found = measure(viewOf({ pooled: { a: rows, b: rows }, targets: { kind: [7, 7, 9] } }));
    expect(found['a->b']!.sum).toBeCloseTo(3 * Math.log(Math.exp(SCALE) + 2) - SCALE / 2 - SCALE / 2 - SCALE, 3);
    expect(Object.keys(objective.targets!)).toEqual(['kind']);
  });

  test('one class only: every sample is positive, and equal vectors cost ln N', () => {
    const rows = [axis(0), axis(0), axis(0)];
    const { measure } = objectiveModel(infoNCE({ positives: 'kind' }));
    const found = measure(viewOf({ pooled: { a: rows, b: rows }, targets: { kind: [4, 4, 4] } }));
    expect(mean(found['a->b']!)).toBeCloseTo(Math.log(3), 4);
  });

  test('a sample without the target is its own only positive, whatever its id in the column', () => {
    // As the orthonormal case: samples 1 and 2 have no target although their zeros are equal to that of sample 0.
    const rows = [axis(0), axis(1), axis(2)];
    const { measure, weights } = objectiveModel(infoNCE({ positives: 'kind' }));
    weights.get('logitScale/a+b')!.assign(tf.scalar(0));
    const found = measure(viewOf({ pooled: { a: rows, b: rows }, targets: { kind: [0, null, null] } }));
    expect(mean(found['a->b']!)).toBeCloseTo(Math.log(1 + 2 * Math.exp(-1)), 5);
  });

  test('every two inputs make a pair, or those that are named', () => {
    const rows = [axis(0), axis(1)];
    const view = viewOf({ pooled: { c: rows, a: rows, b: rows } });
    const names = ['a->b', 'b->a', 'a->c', 'c->a', 'b->c', 'c->b'];
    expect(Object.keys(objectiveModel(infoNCE(), ['c', 'b', 'a']).measure(view))).toEqual(names);
    const named = objectiveModel(infoNCE({ pairs: [['c', 'a']], weight: 0.5 }));
    expect(Object.keys(named.measure(view))).toEqual(['c->a', 'a->c']);
    expect(named.objective).toMatchObject({ inputs: ['c', 'a'], weight: 0.5, acrossBatch: true });
    expect(() => objectiveModel(infoNCE(), ['a'])).toThrow('nothing to align');
  });

  test('what is no pair or no temperature is one clear sentence', () => {
    expect(() => infoNCE({ pairs: [['a', 'a']] })).toThrow('two different inputs');
    const twice = { pairs: [['a', 'b'] as [string, string], ['b', 'a'] as [string, string]] };
    expect(() => infoNCE(twice)).toThrow('pairs: each pair is named once');
    for (const temperature of [-0.07, 0, Number.NaN, 3])
      expect(() => infoNCE({ temperature })).toThrow(/infoNCE: temperature: expected a temperature from 0\.01 to 1/);
  });

  test('each pair has a scale that begins at ln(1/0.07), is clamped to [0, ln 100] and not decayed', () => {
    const declared: unknown[] = [];
    const context = { weight: (...weight: unknown[]) => declared.push(weight) } as never;
    objectiveModel(infoNCE({ pairs: [['b', 'a']] })).objective.init!(context, ['a', 'b']);
    objectiveModel(infoNCE({ temperature: 0.5 })).objective.init!(context, ['a', 'b']);
    const clamp = [0, expect.closeTo(4.6052, 4)];
    const begin = (value: number) => ({ kind: 'constant', value: expect.closeTo(value, 4) });
    expect(declared).toEqual([
      ['logitScale/a+b', [], begin(2.6593), { decay: false, clamp, term: 'b->a' }],
      ['logitScale/a+b', [], begin(Math.LN2), { decay: false, clamp, term: 'a->b' }],
    ]);
  });

  test('each pair is scaled by its own', () => {
    // Orthonormal pairs: ln(1 + e^-s) with s = 2 for a+b and s = 1 for a+c, both ways.
    const rows = [axis(0), axis(1)];
    const { measure, weights } = objectiveModel(
      infoNCE({
        pairs: [
          ['a', 'b'],
          ['c', 'a'],
        ],
      }),
    );
    weights.get('logitScale/a+b')!.assign(tf.scalar(Math.LN2));
    weights.get('logitScale/a+c')!.assign(tf.scalar(0));
    const found = measure(viewOf({ pooled: { a: rows, b: rows, c: rows } }));
    const expected = { 'a->b': 2, 'b->a': 2, 'a->c': 1, 'c->a': 1 };
    for (const [term, scale] of Object.entries(expected))
      expect(mean(found[term]!)).toBeCloseTo(Math.log(1 + Math.exp(-scale)), 5);
  });

  test.each([undefined, 'kind'])('gradients equal central differences (positives: %s)', (positives) => {
    const { total, weights } = objectiveModel(infoNCE({ positives }));
    weights.get('logitScale/a+b')!.assign(tf.scalar(0.5));
    const variables = new Map([
      ...weights,
      ['x', tf.variable(noise('x', [4, 3]))],
      ['y', tf.variable(noise('y', [4, 3]))],
    ]);
    const loss = () => {
      const pooled = { a: variables.get('x')!, b: variables.get('y')! };
      return total(viewOf({ pooled, targets: { kind: [5, 2, 5, null] } }));
    };
    expect(numericGradientCheck(tf, variables, loss, { entries: 12 }).compared).toBe(25);
  });
});
