import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/compose/index.js';
import { sweepPoints, sweepRounds } from '../../src/sweep/index.js';
import { type SweepOptions, sweepOptions } from '../../src/sweep/sweep-options.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, memory } from '../fixtures/test-project.js';

const parsed = (sweep: unknown): SweepOptions => sweepOptions.parse(sweep);

describe('a grid', () => {
  it('is every combination, the last setting changing first', () => {
    const sweep = parsed({ kind: 'grid', settings: { fusion: ['early', 'late'], 'data.batch': [8, 16] }, metric: 'm' });
    expect(sweepPoints(sweep, 0)).toEqual([
      { fusion: 'early', 'data.batch': 8 },
      { fusion: 'early', 'data.batch': 16 },
      { fusion: 'late', 'data.batch': 8 },
      { fusion: 'late', 'data.batch': 16 },
    ]);
    expect(sweepRounds(sweep, 4, 500)).toEqual([{ runs: 4, steps: 500 }]);
  });

  it('of more than 1000 combinations is refused, and says what to do', () => {
    const many = Array.from({ length: 32 }, (_, index) => index);
    const sweep = parsed({ kind: 'grid', settings: { seed: many, 'train.warmUp': many }, metric: 'm' });
    expect(() => sweepPoints(sweep, 0)).toThrow(/config: sweep: the grid has 1024 combinations, .* kind: 'random'/);
  });
});

describe('drawn settings', () => {
  const settings = {
    'train.learningRate': { from: 1e-4, to: 1e-2, scale: 'log' },
    'data.batch': { from: 8, to: 64, whole: true },
    fusion: ['early', 'late', 'cross'],
  };
  const sweep = parsed({ kind: 'random', settings, runs: 400, metric: 'm' });
  const points = sweepPoints(sweep, 3);

  it('lie in their ranges, half of a logarithmic one on each side of its middle, and every listed value comes', () => {
    expect(points).toHaveLength(400);
    const rates = points.map((point) => point['train.learningRate'] as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    // The geometric middle is 1e-3; 400 draws have a standard deviation of 10 around 200.
    expect(Math.abs(rates.filter((rate) => rate < 1e-3).length - 200)).toBeLessThan(50);
    const batches = points.map((point) => point['data.batch'] as number);
    expect(batches.every((batch) => Number.isInteger(batch) && batch >= 8 && batch <= 64)).toBe(true);
    expect(new Set(points.map(({ fusion }) => fusion))).toEqual(new Set(['early', 'late', 'cross']));
  });

  it('follow from the seed alone: a sweep that goes on has the same, another seed others', () => {
    expect(sweepPoints(sweep, 3)).toEqual(points);
    expect(sweepPoints(sweep, 4)).not.toEqual(points);
    // More runs begin with the same ones.
    expect(sweepPoints(parsed({ ...sweep, runs: 10 }), 3)).toEqual(points.slice(0, 10));
  });

  it('come once each, so that few values give few runs', () => {
    const few = parsed({ kind: 'random', settings: { seed: [1, 2] }, runs: 9, metric: 'm' });
    expect(
      sweepPoints(few, 0)
        .map(({ seed }) => seed)
        .sort(),
    ).toEqual([1, 2]);
  });
});

it('successive halving: three times the steps for a third of the runs, the last for a whole one', () => {
  const halving = (more: object) => parsed({ kind: 'halving', settings: { seed: [1, 2] }, metric: 'm', ...more });
  const nine = halving({ runs: 9, steps: 100 });
  const rounds = [
    { runs: 9, steps: 100 },
    { runs: 3, steps: 300 },
    { runs: 1, steps: 900 },
  ];
  expect(sweepRounds(nine, 9, 900)).toEqual(rounds);
  // 1000 steps are more than 900: one round more.
  expect(sweepRounds(nine, 9, 1000)).toEqual([...rounds, { runs: 1, steps: 1000 }]);
  // ceil(5 / 2) = 3, ceil(3 / 2) = 2
  expect(sweepRounds(halving({ runs: 5, steps: 10, keep: 0.5 }), 5, 40)).toEqual([
    { runs: 5, steps: 10 },
    { runs: 3, steps: 20 },
    { runs: 2, steps: 40 },
  ]);
  expect(sweepRounds(nine, 9, 80)).toEqual([{ runs: 9, steps: 80 }]);
});

describe('a config is refused in one sentence for', () => {
  const base = {
    inputs: { left: series() },
    objectives: { error: meanSquare({ input: 'left' }) },
    data: { source: memory([]), workers: 0 },
    train: { steps: 1 },
  };
  const range = (more: object) => ({
    kind: 'random',
    settings: { seed: { from: 0, to: 1, ...more } },
    runs: 2,
    metric: 'm',
  });
  it.each<[string, object, RegExp]>([
    ['no settings', { kind: 'grid', settings: {}, metric: 'm' }, /config: sweep\.settings: name at least one setting/],
    ['an unknown kind', { kind: 'all', settings: { seed: [1] }, metric: 'm' }, /config: sweep\.kind/],
    ['a range that runs backwards', range({ from: 2 }), /`from` must be less than `to`/],
    ['a log scale from 0', range({ scale: 'log' }), /a range on a log scale begins above 0/],
    ['no metric', { kind: 'grid', settings: { seed: [1] } }, /config: sweep\.metric/],
  ])('%s', (_, sweep, message) => {
    expect(() => createRuntime({ ...base, sweep } as never, { folder: '/' })).toThrow(message);
  });
});
