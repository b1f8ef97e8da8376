import type { Figure } from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import { classTarget } from '../../src/heads/index.js';
import { retrieval } from '../../src/metrics/index.js';
import { tf } from '../fusion/tf.js';
import { measure, numbers } from './evaluation.js';

const unit = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const words = (input: string, raw: unknown) => ({ kind: 'words', text: `${input}: ${raw}` }) as const;
const galleries = (figures: readonly Figure[]) => figures.filter((figure) => figure.kind === 'gallery');

describe('retrieval', () => {
  // Directions in degrees, a: 0, 11, 90, 30 and b: 5, 40, 80, 25. Distances, * to the own one:
  // a->b: 0: 5* 40 80 25, rank 0. 11: 6 29* 69 14, rank 2. 90: 85 50 10* 65, rank 0. 30: 25 10 50 5*, rank 0.
  // b->a: 5: 5* 6 85 25, rank 0. 40: 40 29* 50 10, rank 1. 80: 80 69 10* 50, rank 0. 25: 25 14 65 5*, rank 0.
  const rows = { a: [0, 11, 90, 30].map(unit), b: [5, 40, 80, 25].map(unit) };

  test('ranks, both ways', async () => {
    // Means (0 + 2 + 0 + 0) / 4 + 1 and (0 + 1 + 0 + 0) / 4 + 1, medians floor(0) + 1.
    const { values } = await measure(retrieval({ k: [1, 2, 3] }), { rows });
    expect(numbers(values)).toEqual({
      'retrieval/a->b/R@1': 0.75,
      'retrieval/a->b/R@2': 0.75,
      'retrieval/a->b/R@3': 1,
      'retrieval/a->b/meanRank': 1.5,
      'retrieval/a->b/medianRank': 1,
      'retrieval/b->a/R@1': 0.75,
      'retrieval/b->a/R@2': 1,
      'retrieval/b->a/R@3': 1,
      'retrieval/b->a/meanRank': 1.25,
      'retrieval/b->a/medianRank': 1,
    });
    // Wilson, 3 of 4: centre (0.75 + 0.480182) / 1.960365 = 0.627527, half 0.326885.
    expect(values['retrieval/a->b/R@1']).toMatchObject({
      n: 4,
      low: expect.closeTo(0.300642, 4),
      high: expect.closeTo(0.954413, 4),
    });
  });

  test('the median of an even number of ranks is floor(median) + 1', async () => {
    // b is a turned by one place: each query's own answer is its worst of two, ranks 1 1; then 1 and 0.
    const turned = await measure(retrieval(), { rows: { a: [unit(0), unit(90)], b: [unit(90), unit(0)] } });
    expect(numbers(turned.values)).toMatchObject({ 'retrieval/a->b/medianRank': 2, 'retrieval/a->b/meanRank': 2 });
    const half = await measure(retrieval(), { rows: { a: [unit(0), unit(10)], b: [unit(0), unit(90)] } });
    expect(numbers(half.values)).toMatchObject({ 'retrieval/a->b/medianRank': 1, 'retrieval/a->b/meanRank': 1.5 });
  });

  test('ties count against the model: collapsed embeddings find nothing', async () => {
    const same = [1, 0];
    const parts = { rows: { a: [same, same, same], b: [same, same, same] }, targets: { kind: [1, 2, 1] } };
    const { values } = await measure(retrieval({ k: [1, 3], target: 'kind' }), parts);
    expect(numbers(values)).toMatchObject({
      'retrieval/a->b/R@1': 0,
      'retrieval/a->b/R@3': 1,
      'retrieval/a->b/medianRank': 3,
      'retrieval/a->b/classR1': 0,
    });
  });

  test('classR1: the best candidate is of the query’s class; samples without a class do not ask', async () => {
    // Best b of each a (see above): 0 -> b0, 11 -> b0, 90 -> b2, 30 -> b3. Classes x x y -: hits x x y, of 3.
    // Best a of each b: 5 -> a0, 40 -> a3 (no class: a miss), 80 -> a2: hits 2 of 3.
    const targets = { kind: ['x', 'x', 'y', undefined] };
    const { values } = await measure(retrieval({ target: 'kind' }), { rows, targets });
    expect(values['retrieval/a->b/classR1']).toMatchObject({ value: 1, n: 3 });
    expect(values['retrieval/b->a/classR1']).toMatchObject({ value: 2 / 3, n: 3 });
  });

  test('one class only: every class retrieval hits', async () => {
    const { values } = await measure(retrieval({ target: 'kind' }), { rows, targets: { kind: [3, 3, 3, 3] } });
    expect(values['retrieval/a->b/classR1']!.value).toBe(1);
  });

  test('only samples that have both inputs take part', async () => {
    const a = [unit(0), null, unit(90), unit(50)];
    const b = [unit(5), unit(0), unit(80), null];
    const { values } = await measure(retrieval({ pairs: [['a', 'b']] }), { rows: { a, b } });
    expect(values['retrieval/a->b/R@1']).toMatchObject({ value: 1, n: 2 });
    const none = await measure(retrieval(), { rows: { a: [unit(0), null], b: [null, unit(0)] } });
    expect(none.values['retrieval/a->b/R@1']).toEqual({ value: 0, low: 0, high: 1, n: 0 });
    expect('retrieval/a->b/medianRank' in none.values).toBe(false);
  });

  test('similarity by class is the mean over all pairs of samples', async () => {
    // Class 甲: a at 0 and 60, b at 0 and 90; class 乙: a at 90, b at 0. Means of cosines:
    // 甲甲 (1 + 0 + 0.5 + 0.866) / 4 = 0.5915, 甲乙 (1 + 0.5) / 2 = 0.75, 乙甲 (0 + 1) / 2 = 0.5, 乙乙 0.
    const parts = {
      rows: { a: [0, 60, 90].map(unit), b: [0, 90, 0].map(unit) },
      targets: { kind: [0, '甲', 1] },
      specs: { kind: classTarget(['甲', '乙']) as never },
    };
    const { figures } = await measure(retrieval({ target: 'kind' }), parts);
    const matrix = figures.find((figure) => figure.kind === 'matrix')!;
    expect(matrix).toMatchObject({ rows: ['甲', '乙'], columns: ['甲', '乙'], rowTitle: 'a', columnTitle: 'b' });
    const expected = [0.5915, 0.75, 0.5, 0];
    matrix.values.flat().forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 4);
    });
  });

  test('galleries show one query of each class with its best answers; without previews there are none', async () => {
    const parts = { rows, targets: { kind: ['x', 'x', 'y', undefined] } };
    const [gallery] = galleries((await measure(retrieval({ target: 'kind' }), { ...parts, preview: words })).figures);
    expect(gallery!.rows.map(({ query }) => query)).toEqual([words('a', 'a0'), words('a', 'a2')]);
    const [best, second] = gallery!.rows[0]!.results;
    expect(best).toEqual({ preview: words('b', 'b0'), score: expect.closeTo(Math.cos(Math.PI / 36), 6), hit: true });
    expect(second).toMatchObject({ preview: words('b', 'b3'), hit: false });
    expect(galleries((await measure(retrieval({ target: 'kind' }), parts)).figures)).toEqual([]);
    const plain = galleries((await measure(retrieval(), { ...parts, preview: words })).figures);
    expect(plain[0]!.rows[1]!.results.map(({ hit }) => hit)).toEqual([false, false, true, false]);
  });

  test('several pairs make one matrix of all directions and share the queries of the galleries', async () => {
    const three = { a: [unit(0), unit(90)], b: [unit(5), unit(85)], c: [unit(80), unit(10)] };
    const parts = { rows: three, targets: { kind: ['x', 'y'] }, preview: words };
    const { figures } = await measure(retrieval({ target: 'kind' }), parts);
    expect(figures[0]).toEqual({
      kind: 'matrix',
      title: 'Retrieval of every pair: classR1',
      rows: ['a', 'b', 'c'],
      columns: ['a', 'b', 'c'],
      values: [
        [Number.NaN, 1, 0],
        [1, Number.NaN, 0],
        [0, 0, Number.NaN],
      ],
      rowTitle: 'query',
      columnTitle: 'found',
    });
    expect(galleries(figures)).toHaveLength(6);
    const many = Object.fromEntries([...'abcdefg'].map((name) => [name, [0, 40, 80].map(unit)]));
    const all = await measure(retrieval({ k: [1, 2] }), { rows: many, preview: words });
    expect(all.figures[0]).toMatchObject({ title: 'Retrieval of every pair: R@1' });
    // 21 pairs, 42 galleries of one query; two pairs have ten each.
    expect(galleries(all.figures).map((gallery) => gallery.rows.length)).toEqual(new Array(42).fill(1));
  });

  test('2,000 x 2,000 x 64 both ways with classes takes under 3 s of processor time', async () => {
    const [a, b] = ['a', 'b'].map((name) => {
      return (tf.randomNormal([2000, 64], 0, 1, 'float32', name.charCodeAt(0)).arraySync() as number[][]).map((row) =>
        row.map((value) => value / Math.hypot(...row)),
      );
    });
    const kind = Array.from({ length: 2000 }, (_, row) => row % 10);
    const start = process.cpuUsage();
    const { values } = await measure(retrieval({ target: 'kind' }), { rows: { a: a!, b: b! }, targets: { kind } });
    expect(process.cpuUsage(start).user).toBeLessThan(3e6);
    // Chance: a tenth of the classes, half of the ranks.
    expect(values['retrieval/a->b/classR1']!.value).toBeCloseTo(0.1, 1);
    const { value, low, high } = values['retrieval/a->b/medianRank']!;
    expect(Math.abs(value - 1000)).toBeLessThan(60);
    expect([low < value, value < high]).toEqual([true, true]);
  });
});
