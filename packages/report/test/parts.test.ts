import { describe, expect, test } from 'vitest';
import { evaluationCurves, stepCurves } from '../src/curves.js';
import { renderEvaluationTable } from '../src/evaluation-table.js';
import { formatMeasured, formatNumber, formatSeconds } from '../src/format-number.js';
import { html } from '../src/html.js';
import { labelPlaces } from '../src/label-places.js';
import { mapLayout } from '../src/map-layout.js';
import { reduceMatrix } from '../src/reduce-matrix.js';
import { resultsSection } from '../src/results-section.js';
import type { MetricsLine } from '../src/run-schemas.js';

const step = (number: number, values: Record<string, number>): MetricsLine => ({
  kind: 'step',
  step: number,
  values,
  samplesPerSecond: 1,
  dataWaitShare: 0,
  rssMb: 1,
});

describe('html', () => {
  test('escapes values in content and attributes, once', () => {
    const inner = html`<b title="${'"<'}">${"&'>"}</b>`;
    expect(html`<p>${inner}${[inner, 1]}${false}${undefined}</p>`.markup).toBe(
      '<p><b title="&quot;&lt;">&amp;&#39;&gt;</b><b title="&quot;&lt;">&amp;&#39;&gt;</b>1</p>',
    );
  });
});

describe('numbers', () => {
  test.each([
    [0.97312, '0.973'],
    [12.5, '12.50'],
    [4096.4, '4,096'],
    [0.00031, '3.1e-4'],
    [-0.12, '-0.120'],
    [7, '7'],
    [Number.NaN, '–'],
  ])('%d is %s', (value, written) => expect(formatNumber(value)).toBe(written));

  test('a share has three places always', () =>
    expect([1, 0.5, 7].map(formatMeasured)).toEqual(['1.000', '0.500', '7']));

  test.each([
    [0.421, '0.42 s'],
    [38.4, '38 s'],
    [252, '4 min 12 s'],
    [7380, '2 h 3 min'],
  ])('%d seconds are %s', (seconds, written) => expect(formatSeconds(seconds)).toBe(written));
});

describe('curves', () => {
  test('a long run is averaged over equal stretches, with their range', () => {
    // 240 steps, 120 stretches of 2: the first holds 1 and 2, mean 1.5, and stands at step 2
    const metrics = Array.from({ length: 240 }, (_, index) => step(index + 1, { loss: index + 1 }));
    const points = stepCurves(metrics)[0]!.curves.get('loss')!;
    expect(points).toHaveLength(120);
    expect(points[0]).toEqual({ step: 2, value: 1.5, low: 1, high: 2 });
    expect(points.at(-1)).toEqual({ step: 240, value: 239.5, low: 239, high: 240 });
  });

  test('values that are not finite are left out, and a curve of nothing else too', () => {
    const groups = stepCurves([step(1, { loss: 1, bad: Number.NaN }), step(2, { loss: Number.NaN, bad: Number.NaN })]);
    expect(groups.map(({ name }) => name)).toEqual(['loss', 'samplesPerSecond', 'dataWaitShare', 'rssMb']);
    expect(groups[0]!.curves.get('loss')).toHaveLength(1);
  });

  test('names that share all but their last part share a chart', () => {
    const [first, second] = stepCurves([step(1, { 'loss/m/a->b': 1, 'loss/m/b->a': 2, 'loss/n/c': 3 })]);
    expect([first!.name, [...first!.curves.keys()]]).toEqual(['loss/m', ['a->b', 'b->a']]);
    expect([second!.name, [...second!.curves.keys()]]).toEqual(['loss/n/c', ['loss/n/c']]);
  });

  test('one evaluation makes no curve; numbers that are no shares stay apart', () => {
    const evaluation = (number: number): MetricsLine => ({
      kind: 'evaluation',
      step: number,
      split: 'test',
      values: {
        'r/R@1': { value: 0.5, low: 0.4, high: 0.6, n: 9 },
        'r/R@5': { value: 0.7, low: 0.6, high: 0.8, n: 9 },
        'r/rank': { value: 3, low: 2, high: 4, n: 9 },
      },
    });
    expect(evaluationCurves([evaluation(1)])).toEqual([]);
    expect(evaluationCurves([evaluation(1), evaluation(2)]).map(({ name }) => name)).toEqual(['test/r', 'test/r/rank']);
  });
});

test('a large matrix becomes means of blocks, a small one stays itself', () => {
  const matrix = {
    kind: 'matrix',
    title: 't',
    rows: ['a', 'b', 'c'],
    columns: ['d', 'e'],
    values: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  } as const;
  const mutable = structuredClone(matrix) as never as Parameters<typeof reduceMatrix>[0];
  // at most 2: rows {a, b} and {c}, columns as they are: (1 + 3) / 2 = 2, (2 + 4) / 2 = 3; at most 1: 21 / 6 = 3.5
  expect(reduceMatrix(mutable, 2)).toMatchObject({
    rows: ['a', 'c'],
    columns: ['d', 'e'],
    values: [
      [2, 3],
      [5, 6],
    ],
  });
  expect(reduceMatrix(mutable, 1)).toMatchObject({ rows: ['a'], columns: ['d'], values: [[3.5]] });
  expect(reduceMatrix(mutable, 3)).toBe(mutable);
});

describe('map', () => {
  const cluster = (centre: number[], count: number) =>
    Array.from({ length: count }, (_, index) =>
      centre.map((value, axis) => value + 0.01 * Math.sin(index * (axis + 1))),
    );
  const vectors = [...cluster([0, 0, 9], 20), ...cluster([9, 0, 0], 20)];

  test('the layout is the same every time and keeps near vectors near', () => {
    const layout = mapLayout(vectors);
    expect(mapLayout(vectors)).toEqual(layout);
    const distance = (a: number, b: number) => Math.hypot(layout[a]![0] - layout[b]![0], layout[a]![1] - layout[b]![1]);
    expect(Math.max(distance(0, 5), distance(20, 25))).toBeLessThan(distance(0, 20));
  });

  test('too few vectors have no layout', () => expect(mapLayout([[1], [2], [3]])).toEqual([]));

  test('a label is written once where its groups meet and twice where they lie apart', () => {
    const at = (x: number, group: string, label: string) => ({ x, y: 0, group, label });
    const places = [at(0, 'g', 'a'), at(0.5, 'h', 'a'), at(5, 'g', 'b'), at(10, 'h', 'b')];
    expect(labelPlaces(places).map(({ label, x }) => [label, x])).toEqual([
      ['a', 0],
      ['b', 5],
      ['b', 10],
    ]);
  });
});

test('the table for a terminal lines up Chinese names and lets no control character through', () => {
  const table = renderEvaluationTable({
    '检索/R@1': { value: 0.5, low: 0.4, high: 0.61, n: 20 },
    'acc\u001b[31m': { value: 1, low: 0.9, high: 1, n: 2000 },
  });
  expect(table).toBe(
    [
      'metric    value  95 % interval     n',
      '────────  ─────  ─────────────  ────',
      '检索/R@1  0.500  0.400 – 0.610    20',
      'acc[31m   1.000  0.900 – 1.000  2000',
      '',
    ].join('\n'),
  );
});

describe('results', () => {
  const results = (count: number) => {
    const measured = { value: 0.5, low: 0.4, high: 0.6, n: 100 };
    const values = Object.fromEntries(Array.from({ length: count }, (_, index) => [`value/${index}`, measured]));
    return resultsSection({ content: { step: 1, split: 'test', values, figures: [] } }).markup;
  };

  test('a few are headlines alone, more have a table, and a long table is folded up', () => {
    expect(results(4)).not.toContain('<table');
    expect(results(40)).toContain('<div class="card scroll"><table');
    expect(results(40)).not.toContain('<details');
    expect(results(41)).toContain('<details class="card"><summary>All 41 values</summary>');
    expect(results(41).match(/<tr>/g)).toHaveLength(42);
  });
});
