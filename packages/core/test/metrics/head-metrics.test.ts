import { describe, expect, test } from 'vitest';
import { classSetTarget, classTarget, numberTarget } from '../../src/heads/index.js';
import { auroc, averagePrecision, f1, meanAbsoluteError } from '../../src/metrics/index.js';
import { measure, numbers } from './evaluation.js';

/** Six samples of two classes by a score of the second: logits (0, s). The last has no class. */
const scores = [3, 2, 1, 1, 0, 9];
const binary = {
  outputs: { 'sick/logits': scores.map((score) => [0, score]) },
  targets: { sick: ['yes', 'no', 'yes', 'no', 'no', undefined] },
  specs: { sick: classTarget(['no', 'yes']) as never },
};
/** Three labels of four samples, each on its own. */
const labels = {
  outputs: {
    'tags/labelLogits': [
      [2, 1, -1],
      [1, -1, -2],
      [-1, 1, -3],
      [-2, -2, -4],
    ],
  },
  targets: { tags: [['a'], ['a', 'b'], ['b'], []] },
  specs: { tags: classSetTarget(['a', 'b', 'c']) as never },
};

describe('AUROC', () => {
  test('how often one of the class scores above one that is not, ties as halves', async () => {
    // yes at 3 and 1, no at 2, 1, 0. 3 beats all 3; 1 loses to 2, ties with 1, beats 0: (3 + 1.5) / 6.
    const { values } = await measure(auroc({ head: 'sick' }), binary);
    expect(numbers(values)).toEqual({ 'auroc/sick': 0.75, 'auroc/sick/no': 0.75, 'auroc/sick/yes': 0.75 });
    const { low, high, n } = values['auroc/sick']!;
    expect(n).toBe(5);
    expect(low).toBeLessThan(0.75);
    expect(high).toBeGreaterThan(0.75);
  });

  test('labels one by one; one that no sample has is left out', async () => {
    // a: yes at 2, 1, no at -1, -2: 1. b: yes at -1, 1, no at 1, -2: -1 beats -2 only, 1 ties and beats: (1 + 1.5) / 4.
    const { values } = await measure(auroc({ head: 'tags' }), labels);
    expect(numbers(values)).toEqual({ 'auroc/tags': 0.8125, 'auroc/tags/a': 1, 'auroc/tags/b': 0.625 });
  });

  test('equals the count over all pairs, and its interval is about what theory says', async () => {
    const n = 400;
    const row = (index: number) => ((index * 7919) % 1000) / 1000;
    const truth = Array.from({ length: n }, (_, index) => Number(index % 3 === 0));
    const logits = truth.map((one, index) => [0, Math.round(10 * (row(index) + 0.3 * one)) / 10]);
    const parts = { outputs: { one: [] }, targets: { one: truth }, specs: { one: classTarget(['0', '1']) as never } };
    const { values } = await measure(auroc({ head: 'one' }), { ...parts, outputs: { 'one/logits': logits } });
    let wins = 0;
    const [yes, no] = [1, 0].map((one) => logits.filter((_, index) => truth[index] === one).map((each) => each[1]!));
    for (const a of yes!) for (const b of no!) wins += a > b ? 1 : a === b ? 0.5 : 0;
    const area = wins / (yes!.length * no!.length);
    const { value, low, high } = values['auroc/one']!;
    expect(value).toBeCloseTo(area, 12);
    // Hanley and McNeil 1982: SE^2 = (A (1-A) + (P-1)(Q1-A^2) + (N-1)(Q2-A^2)) / (P N), Q1 = A/(2-A), Q2 = 2A^2/(1+A)
    const [q1, q2, square] = [area / (2 - area), (2 * area * area) / (1 + area), area * area];
    const pairs = yes!.length * no!.length;
    const error = Math.sqrt(
      (area * (1 - area) + (yes!.length - 1) * (q1 - square) + (no!.length - 1) * (q2 - square)) / pairs,
    );
    expect(Math.abs((high - low) / (2 * 1.96 * error) - 1)).toBeLessThan(0.25);
  });
});

describe('average precision', () => {
  test('sum of precision where recall rises, equal scores as one step', async () => {
    // yes, by score 3 | 2 | 1 1 | 0: precision 1 at recall 1/2; then 2 of 4 at recall 1: 1/2 * 1 + 1/2 * 1/2.
    // no, the other way round 0 | 1 1 | 2 | 3: 1/3 * 1 + 1/3 * 2/3 + 1/3 * 3/4.
    const { values } = await measure(averagePrecision({ head: 'sick' }), binary);
    const [yes, no] = [0.75, (1 + 2 / 3 + 3 / 4) / 3];
    expect(values['averagePrecision/sick/yes']!.value).toBeCloseTo(yes, 12);
    expect(values['averagePrecision/sick/no']!.value).toBeCloseTo(no, 12);
    expect(values['averagePrecision/sick']!.value).toBeCloseTo((yes + no) / 2, 12);
  });

  test('labels one by one', async () => {
    // a: both of the class come first: 1. b: 1 | 1 tie, one of them: 1/2 * 1/2; then -1: 1/2 * 2/3.
    const { values } = await measure(averagePrecision({ head: 'tags' }), labels);
    expect(values['averagePrecision/tags/a']!.value).toBe(1);
    expect(values['averagePrecision/tags/b']!.value).toBeCloseTo(0.25 + 1 / 3, 12);
    expect(values).not.toHaveProperty('averagePrecision/tags/c');
  });
});

describe('F1', () => {
  test('by class, and the mean of the classes', async () => {
    // Decided yes where the score is above 0 (a tie is the first class, no): yes yes yes yes no; true yes no yes no no.
    // yes: TP 2, FP 2, FN 0: 4 / 6. no: TP 1, FP 0, FN 2: 2 / 4.
    const { values } = await measure(f1({ head: 'sick' }), binary);
    expect(numbers(values)).toEqual({
      'f1/sick': expect.closeTo((2 / 3 + 1 / 2) / 2, 12),
      'f1/sick/no': expect.closeTo(1 / 2, 12),
      'f1/sick/yes': expect.closeTo(2 / 3, 12),
    });
    expect(values['f1/sick/yes']).toMatchObject({ n: 5 });
    expect(values['f1/sick/yes']!.low).toBeLessThan(2 / 3);
    expect(values['f1/sick/yes']!.high).toBeGreaterThan(2 / 3);
  });

  test('of labels, decided where the logit is above 0; what is never true nor decided has none', async () => {
    // a: decided of 1, 2, true of 1, 2: 1. b: decided of 1, 3, true of 2, 3: TP 1, FP 1, FN 1: 1/2.
    const { values } = await measure(f1({ head: 'tags' }), labels);
    expect(numbers(values)).toEqual({ 'f1/tags': 0.75, 'f1/tags/a': 1, 'f1/tags/b': 0.5 });
  });
});

describe('mean absolute error', () => {
  test('over a sample’s numbers and the samples, in the column’s own unit', async () => {
    const parts = {
      outputs: {
        'size/values': [
          [10, 20],
          [0, 0],
          [5, 5],
        ],
      },
      targets: { size: [[11, 23], '1 -1', undefined] },
      specs: { size: numberTarget(2, { mean: 100, deviation: 10 }) as never },
    };
    // (1 + 3) / 2 = 2 and (1 + 1) / 2 = 1
    const { values, bySample } = await measure(meanAbsoluteError({ head: 'size' }), parts);
    expect(values).toEqual({ 'meanAbsoluteError/size': { value: 1.5, low: 1, high: 2, n: 2 } });
    expect(bySample).toEqual({ 'meanAbsoluteError/size': [2, 1, Number.NaN] });
  });

  test('of a level, how many levels off', async () => {
    const parts = {
      outputs: { 'grade/values': [[2], [0], [1]] },
      targets: { grade: ['low', 'low', 'high'] },
      specs: { grade: classTarget(['low', 'mid', 'high']) as never },
    };
    const { values } = await measure(meanAbsoluteError({ head: 'grade' }), parts);
    expect(values['meanAbsoluteError/grade']!.value).toBe(1);
  });
});

test('a target without classes is refused by name', async () => {
  const parts = {
    outputs: { 'size/logits': [[1]] },
    targets: { size: [1] },
    specs: { size: numberTarget(1, { mean: 0, deviation: 1 }) as never },
  };
  await expect(measure(f1({ head: 'size' }), parts)).rejects.toThrow(/target "size" holds no classes/);
  expect(() => auroc({ heads: 'size' } as never)).toThrow('"heads"');
});
