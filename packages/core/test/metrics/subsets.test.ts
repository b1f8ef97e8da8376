import type { Evaluation, Plugin } from '@modalkit/contract';
import { CONTRACT, definePlugin, METRIC, type TargetSpec } from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import { openLoader } from '../../src/data/loader.js';
import { classify, classTarget, transcribe } from '../../src/heads/index.js';
import { cross, ctc, early } from '../../src/index.js';
import { pairedDifference, subsets, subsetsOf } from '../../src/metrics/index.js';
import { collect, measure as measureSplit } from '../../src/train/evaluate.js';
import { series } from '../fixtures/series-plugin.js';
import { project, testModel } from '../fixtures/test-project.js';
import { measure, numbers } from './evaluation.js';

const specs = { kind: classTarget(['x', 'y']) as TargetSpec };
const [x, y] = [
  [1, 0],
  [0, 1],
];

describe('subsets', () => {
  // a, b present; the last sample lacks b, one has no class. Truth x y x y.
  const parts = {
    rows: { a: [x!, y!, x!, y!, x!], b: [x!, y!, x!, null, x!] },
    targets: { kind: ['x', 'y', 'x', 'y', undefined] },
    specs,
    subsets: {
      a: { 'match/logits': [x!, x!, y!, y!, x!] },
      b: { 'match/logits': [x!, x!, x!, x!, x!] },
      'a+b': { 'match/logits': [x!, y!, x!, x!, x!] },
    },
  };
  const plugin = (gains = false) => subsets({ inputs: ['b', 'a'], target: 'kind', head: 'match', gains });

  test('accuracy of each over the samples that have all of its inputs', async () => {
    // a: right, wrong, wrong, right of 4. b: right, wrong, right of 3. a+b: 3 of 3.
    const { values, figures, bySample } = await measure(plugin(), parts);
    expect(numbers(values)).toEqual({ 'subsets/match/a': 0.5, 'subsets/match/b': 2 / 3, 'subsets/match/a+b': 1 });
    expect(values['subsets/match/a']).toMatchObject({ n: 4 });
    // the fourth sample lacks b, the fifth has no class
    expect(Object.entries(bySample!).map(([name, right]) => [name, [...(right as Float64Array)]])).toEqual([
      ['subsets/match/b', [1, 0, 1, Number.NaN, Number.NaN]],
      ['subsets/match/a', [1, 0, 0, 1, Number.NaN]],
      ['subsets/match/a+b', [1, 1, 1, Number.NaN, Number.NaN]],
    ]);
    expect(values['subsets/match/a+b']).toMatchObject({ n: 3 });
    expect(figures).toEqual([
      {
        kind: 'matrix',
        title: 'Accuracy of kind from some of the inputs, by match',
        rows: ['b', 'a', 'a+b'],
        columns: ['alone', 'with b', 'with a'],
        values: [
          [2 / 3, 2 / 3, 1],
          [0.5, 1, 0.5],
          [1, 1, 1],
        ],
        rowTitle: 'inputs',
      },
    ]);
  });

  test('gains are paired: over the samples that have both', async () => {
    // From a (right, wrong, wrong) to a+b (all right): 2 gained of 3. From b (right, wrong, right): 1 of 3.
    const { values } = await measure(plugin(true), parts);
    expect(values['subsetGain/match/a->a+b']).toMatchObject({ value: 2 / 3, n: 3 });
    expect(values['subsetGain/match/b->a+b']).toMatchObject({ value: 1 / 3, n: 3 });
    expect(Object.keys(values)).toHaveLength(5);
  });

  test('five inputs have 31 subsets and 75 gains', async () => {
    const inputs = ['a', 'b', 'c', 'd', 'e'];
    const all = subsetsOf(inputs);
    expect(new Set(all.map((names) => names.join('+'))).size).toBe(31);
    const rows = Object.fromEntries(inputs.map((name) => [name, [x!]]));
    const outputs = Object.fromEntries(all.map((names) => [names.join('+'), { 'match/logits': [x!] }]));
    const { values, figures } = await measure(subsets({ inputs, target: 'kind', head: 'match', gains: true }), {
      rows,
      targets: { kind: ['x'] },
      specs,
      subsets: outputs,
    });
    expect(Object.keys(values)).toHaveLength(31 + 75);
    expect(figures[0]!.kind === 'matrix' && [figures[0]!.rows.length, figures[0]!.columns.length]).toEqual([31, 6]);
  });

  test('by prompts: the mean of the inputs’ unit vectors and the class of largest cosine', async () => {
    // Classes at (1, 0) and (0, 1). a says x (0.8, 0.6) where b says y (0, 1): together (0.8, 1.6), y.
    const rows = { a: [[0.8, 0.6], x!, null], b: [y!, [0.6, 0.8], x!] };
    const found = await measure(
      subsets({ inputs: ['a', 'b'], target: 'kind', by: 'b', prompts: { x: ['ex'], y: ['why', '歪'] } }),
      { rows, targets: { kind: ['y', 'x', 'x'] }, specs, prompts: { ex: x!, why: y!, 歪: y! } },
    );
    // a: wrong, right. b: right, wrong, right. a+b: (0.8, 1.6) y, right; (1.6, 0.8) x, right.
    expect(numbers(found.values)).toEqual({ 'subsets/b/a': 0.5, 'subsets/b/b': 2 / 3, 'subsets/b/a+b': 1 });
  });

  test('needs a head or prompts and not both; one input has no subsets', () => {
    const inputs = ['a', 'b'];
    expect(() => subsets({ inputs, target: 'kind' })).toThrow('either `head`, or `by` and `prompts`');
    expect(() => subsets({ inputs, target: 'kind', head: 'm', by: 'b', prompts: { x: [1] } })).toThrow('either');
    expect(() => subsets({ inputs, target: 'kind', by: 'b' })).toThrow('either');
    expect(() => subsets({ inputs: ['a'], target: 'kind', head: 'm' })).toThrow('inputs');
    expect(() => subsets({ inputs: ['a', 'a'], target: 'kind', head: 'm' })).toThrow('once');
  });
});

test('paired difference by hand: 6 gained, 1 lost of 20', () => {
  // Agresti and Min: (6.5 - 1.5) / 22 = 0.227273, half 1.959964 sqrt(8 - 25 / 22) / 22 = 0.233401.
  const first = Array.from({ length: 20 }, (_, index) => index < 8);
  const second = Array.from({ length: 20 }, (_, index) => index > 0 && index < 14);
  const { value, low, high, n } = pairedDifference(first, second);
  expect([value, n]).toEqual([5 / 20, 20]);
  expect(low).toBeCloseTo(-0.006128, 5);
  expect(high).toBeCloseTo(0.460674, 5);
  expect(pairedDifference([], [])).toEqual({ value: 0, low: -1, high: 1, n: 0 });
});

/** Keeps what it sees. */
const spy = definePlugin((seen: { evaluation?: Evaluation } = {}) => ({
  id: 'test-spy',
  contract: CONTRACT,
  setup: (scope) =>
    scope.provide(METRIC, () => ({
      id: 'test-spy',
      heads: ['kind'],
      subsets: [['left'], ['right', 'left'], ['right']],
      measure: async (evaluation) => {
        seen.evaluation = evaluation;
        return { values: {}, figures: [] };
      },
    })),
}));

async function evaluated(fusion: Plugin, inputs: (row: number) => Record<string, unknown>) {
  const seen: { evaluation?: Evaluation } = {};
  const runtime = project({
    inputs: { left: series(), right: series() },
    fusion,
    heads: {
      kind: classify({ classes: ['x', 'y', 'z'] }),
      words: transcribe({ classes: 2, maxLength: 2, from: 'left' }),
    },
    objectives: { ctc: ctc({ head: 'words' }) },
    metrics: { spy: spy(seen) },
  });
  const model = await testModel(runtime);
  // Rows of unlike lengths in two batches: outputs of tokens widen.
  const samples = [0, 1, 2, 3].map((row) => ({ id: `${row}`, inputs: inputs(row), targets: {} }));
  const loader = openLoader(runtime, {}, '/');
  async function* batches() {
    yield { ...(await loader.batchOf(samples.slice(0, 2))), rows: [0, 1] };
    yield { ...(await loader.batchOf(samples.slice(2))), rows: [2, 3] };
  }
  const { numTensors } = model.backend.tf.memory();
  await measureSplit(model, await collect(model, samples, batches()), '/', 0, 'test');
  expect(model.backend.tf.memory().numTensors).toBe(numTensors);
  await loader.close();
  return seen.evaluation!;
}

describe('outputs with some inputs only', () => {
  const left = (row: number) => Array.from({ length: row < 2 ? 2 : 40 }, (_, at) => row + at);
  const right = (row: number) => [3 - row, 1];

  test.each([
    ['early', () => early({ layers: 1, heads: 2 })],
    ['cross', () => cross({ layers: 1, heads: 2 })],
  ])('are those of samples without the others: %s', async (_, fusion) => {
    const whole = await evaluated(fusion(), (row) => ({ left: left(row), right: right(row) }));
    const alone = await evaluated(fusion(), (row) => ({ left: left(row) }));
    const rows = (evaluation: Evaluation, inputs?: string[]) => [...evaluation.output('kind/logits', inputs).rows];
    rows(whole, ['left']).forEach((value, index) => {
      expect(value).toBeCloseTo(rows(alone)[index]!, 5);
    });
    expect(rows(whole, ['left', 'right'])).toEqual(rows(whole));
    expect(rows(whole, ['right'])).not.toEqual(rows(whole));
  });

  test('of tokens are padded with zeros to the longest', async () => {
    const { output } = await evaluated(early({ layers: 1, heads: 2 }), (row) => ({
      left: left(row),
      right: right(row),
    }));
    const valid = output('words/valid');
    const logits = output('words/tokenLogits');
    expect(logits.width).toBe(3 * valid.width);
    const perRow = [0, 1, 2, 3].map((row) =>
      valid.rows.subarray(row * valid.width, (row + 1) * valid.width).reduce((a, b) => a + b),
    );
    expect(perRow).toEqual([2, 2, 40, 40]);
    expect(valid.width).toBeGreaterThanOrEqual(40);
    expect([...logits.rows.subarray(3 * (valid.width - 1), logits.width)]).toEqual([0, 0, 0]);
    expect(logits.rows[0]).not.toBe(0);
  });
});
