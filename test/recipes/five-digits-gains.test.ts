import { describe, expect, test } from 'vitest';
import { compareGains } from '../../recipes/five-digits/report/gains.mjs';
import { normalBelow, normalQuantile } from '../../recipes/five-digits/report/normal.mjs';

test('the normal distribution, by a table of it', () => {
  for (const [z, p] of [
    [-1.959963985, 0.025],
    [0, 0.5],
    [1.644853627, 0.95],
    [-3.2, 6.871379e-4],
  ] as const) {
    expect(normalBelow(z)).toBeCloseTo(p, 9);
    expect(normalQuantile(p)).toBeCloseTo(z, 6);
  }
  expect([normalBelow(-9), normalBelow(9)]).toEqual([0, 1]);
});

/** A run of 100 samples in some order: a and b are always right, together they are wrong on these. */
function run(seed: number, wrong: readonly number[], order = (row: number) => row) {
  const rows = Array.from({ length: 100 }, (_, row) => order(row));
  const values = {
    'subsets/digit/a': rows.map(() => 1),
    'subsets/digit/b': rows.map(() => 1),
    'subsets/digit/a+b': rows.map((row) => Number(!wrong.includes(row))),
    'subsets/other/a': rows.map(() => 0),
  };
  return { seed, bySample: { ids: rows.map((row) => `样本${row}`), values } };
}
const first = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);
const backwards = (row: number) => 99 - row;

describe('gains of an input', () => {
  test('by hand: ten of a hundred lost is significantly more than a point, three is not', () => {
    // mean -0.1, standard error sqrt(0.1 * 0.9 / 99) = 0.030151: z = -0.09 / 0.030151 = -2.985, p = 0.00142, twice 0.00284
    const lost = compareGains([run(0, first(10))]);
    expect(lost).toMatchObject({ seeds: [0], samples: 100, comparisons: 2, significantlyBelow: ['a->a+b', 'b->a+b'] });
    expect(lost.worst!.value).toBeCloseTo(-0.1, 12);
    expect(lost.worst!.p).toBeCloseTo(0.00284, 4);
    // 97.5 % of each of two: z = 2.2414
    expect(lost.worst!.low).toBeCloseTo(-0.1 - 2.2414 * 0.030151, 4);
    // mean -0.03, standard error 0.017145: z = -1.167, p = 0.1217
    const few = compareGains([run(0, first(3))]);
    expect(few.significantlyBelow).toEqual([]);
    expect(few.worst!.p).toBeCloseTo(0.2433, 3);
  });

  test('runs are paired by the samples’ ids, whatever order they are in', () => {
    // The same ten wrong in both: the mean over seeds is 0 or -1. Were rows paired, twenty samples would have lost a half:
    // mean -0.1 too, standard error sqrt(0.2 * 0.25 - 0.01) / sqrt(99) = 0.0201.
    const paired = compareGains([run(0, first(10)), run(1, first(10), backwards)]);
    expect(paired.worst!.p).toBeCloseTo(0.00284, 4);
    const halves = compareGains([run(0, first(10)), run(1, first(10, 90))]);
    expect(halves.worst!.value).toBeCloseTo(-0.1, 12);
    expect(halves.worst!.p).toBeLessThan(1e-4);
  });

  test('samples that a run does not know are left out; nothing compared is not the same as nothing found', () => {
    const some = run(0, first(10));
    some.bySample.values['subsets/digit/a+b'][0] = null as never;
    expect(compareGains([some]).samples).toBe(99);
    expect(compareGains([])).toMatchObject({ comparisons: 0, worst: null, significantlyBelow: null });
  });

  test('where no sample differs there is nothing to doubt', () => {
    const { worst, significantlyBelow } = compareGains([run(0, [])]);
    expect([worst!.value, worst!.p, significantlyBelow]).toEqual([0, 1, []]);
    // a point exactly for each sample is not more than a point
    expect(compareGains([run(0, first(100))]).significantlyBelow).toHaveLength(2);
  });
});
