import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cross, early } from '@modalkit/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstMetric, measuredOf, type Row, ranked } from '../src/compare/comparison.js';
import { comparisonTable, writeComparison } from '../src/compare/comparison-report.js';
import { fusionVariants, overridesOf, sweepVariants } from '../src/compare/variant.js';

const share = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, n: 100 });

describe('what is compared', () => {
  it('fusions by name, each once; one that there is not is refused', () => {
    expect(fusionVariants('early, late,early').map(({ folder, point }) => [folder, point.fusion])).toEqual([
      ['early', 'early'],
      ['late', 'late'],
    ]);
    expect(() => fusionVariants('early,lat')).toThrow('--fusion: there is no fusion "lat"; did you mean "late"?');
  });

  it("the config's own fusion stays with its options; others come with their defaults, settings as JSON", () => {
    const config = { fusion: cross({ query: ['a'] }) } as never;
    const [own, other] = fusionVariants('cross,early');
    expect(overridesOf(own!, config, ['seed=1'])).toEqual({ set: ['seed=1'] });
    expect(overridesOf(other!, config, [])).toEqual({ set: [], fusion: 'early' });
    const [point] = sweepVariants([{ 'train.schedule': 'linear', 'data.batch': 8, fusion: 'early' }]);
    expect(point).toMatchObject({ folder: '01', title: 'schedule linear, batch 8, fusion early' });
    expect(overridesOf(point!, { fusion: early() } as never, [])).toEqual({
      set: ['train.schedule="linear"', 'data.batch=8'],
    });
  });
});

describe('runs that are finished', () => {
  let folder: string;
  let rows: Row[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-compare-'));
    rows = [
      [0.001, 0.7],
      [0.01, 0.9],
      [0.1, Number.NaN],
    ].map(([rate, accuracy], index) => {
      const measured = share(accuracy!);
      const values = { 'contribution/match/alone/图': share(0.5), 'accuracy/match': measured };
      const [variant] = sweepVariants([{ 'train.learningRate': rate! }]);
      const run = join(folder, `0${index + 1}`);
      return {
        variant: variant!,
        run,
        measured,
        values,
        seconds: 65,
        trainSeconds: 65,
        step: 9,
        parameters: 4321,
        peakRssMb: 1,
      };
    });
    for (const { run } of rows) {
      await mkdir(run);
      const about = { title: 'Shapes', config: {}, backend: { id: 'js', version: '1', device: 'cpu', threads: 1 } };
      const curves = [{ name: 'all', points: [{ at: 0.5, ...share(0.6) }] }];
      const figures = [{ kind: 'curves', title: 'Missing inputs', axis: 'share', curves }];
      await writeFile(join(run, 'evaluation.json'), JSON.stringify({ step: 9, split: 'test', values: {}, figures }));
      await writeFile(join(run, 'run.json'), JSON.stringify({ ...about, times: {}, versions: {} }));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are ranked by the metric, in the direction that is asked for, without a number last', () => {
    const order = (better: 'higher' | 'lower') => ranked(rows, better).map(({ measured }) => measured.value);
    expect(order('higher')).toEqual([0.9, 0.7, Number.NaN]);
    expect(order('lower')).toEqual([0.7, 0.9, Number.NaN]);
    expect(firstMetric(rows[0]!)).toBe('accuracy/match');
    expect(() => measuredOf(rows[0]!, 'accuracy/mtch')).toThrow(
      'No run measures "accuracy/mtch"; did you mean "accuracy/match"?',
    );
  });

  it('are a table of accuracy, time, weights and what each input contributes', () => {
    const [head, , first] = comparisonTable(rows, { metric: 'accuracy/match', better: 'higher' }).split('\n');
    expect(head).toMatch(/run +accuracy\/match +95 % interval +time +weights +alone\/图/);
    expect(first).toMatch(/learningRate 0\.001 +0\.700 +0\.680 – 0\.720 +1 min 5 s +4,321 +0\.500/);
  });

  it('are a page: the table, the metric against time and against the setting, beside the best run', async () => {
    const judge = { metric: 'accuracy/match', better: 'higher' } as const;
    const page = await readFile(await writeComparison(folder, rows, rows[1]!, judge), 'utf8');
    expect(page).toContain('Best of 3 by accuracy/match: learningRate 0.01, 0.900 (0.880 – 0.920)');
    expect(page).toContain('Shapes: 3 trainings compared');
    for (const caption of [
      'and what each input contributes',
      'against seconds of training',
      'against train.learningRate',
    ])
      expect(page).toContain(caption);
    for (const rate of ['0.001', '0.01', '0.1']) expect(page).toContain(`learningRate ${rate}: all`);
    const written = JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8'));
    expect(written).toMatchObject({ best: { title: 'learningRate 0.01' }, runs: [{ parameters: 4321 }, {}, {}] });
  });
});
