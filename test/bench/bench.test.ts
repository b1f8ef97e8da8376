import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { median } from './tools/median.mjs';
import { medianInterval } from './tools/median-interval.mjs';

const full = Boolean(process.env.MODALKIT_FULL);

/** Runs a benchmark as `npm run bench` does. */
function bench(...args: string[]) {
  const file = fileURLToPath(new URL('run.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  return { status, stderr, last: stdout.trimEnd().split('\n').at(-1)! };
}

it('median takes the middle, or the mean of the two in the middle', () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 6])).toBe(5);
  expect(median([100, 9])).toBe(54.5);
  expect(median([7])).toBe(7);
});

it('the interval of a median: ranks 6 and 15 of 20, the ends of 5', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
  expect(medianInterval(numbers(20))).toEqual({ median: 10.5, from: 6, to: 15 });
  expect(medianInterval(numbers(5))).toEqual({ median: 3, from: 1, to: 5 });
});

describe('npm run bench', () => {
  it('refuses a name that is none and tells those there are', () => {
    expect(bench('stepp')).toMatchObject({ status: 2, stderr: expect.stringMatching(/"stepp".*startup, step/) });
  });

  it.skipIf(!full)(
    'step: one object on the last line; no tensor is left behind',
    () => {
      const { last } = bench('step', '--json');
      const found = JSON.parse(last);
      expect(Object.keys(found)).toEqual([
        'msPerStep',
        'samplesPerSecond',
        'dataWaitShare',
        'peakRssMb',
        'tensorsAt10',
        'tensorsAt200',
        'backend',
      ]);
      expect(found.tensorsAt200).toBe(found.tensorsAt10);
      expect(found.tensorsAt10).toBeGreaterThan(0);
      expect(found.dataWaitShare).toBeGreaterThanOrEqual(0);
    },
    600_000,
  );

  it.skipIf(!full)(
    'search and modalities: one object on the last line; one more input costs what its tower costs',
    () => {
      const search = JSON.parse(bench('search', '--json').last);
      expect(search).toMatchObject({ vectors: 100_000, width: 256, queries: 1000 });
      expect(search.cpuMs).toBeLessThan(25);
      const { cpuMs, spread, plugins } = JSON.parse(bench('modalities', '--json').last);
      expect(Object.keys(cpuMs)).toEqual(['2', '3', '4', '5']);
      expect(spread).toBeLessThan(0.1);
      expect(Math.abs(plugins.ratio - 1)).toBeLessThan(0.05);
    },
    600_000,
  );

  it.skipIf(!full)(
    'live: one object on the last line; every window of four streams is answered',
    () => {
      const found = JSON.parse(bench('live', '--json', '--hours', '0.02', '--seconds', '5').last);
      expect(found).toMatchObject({ streams: 4, hours: 0.02 });
      expect(found.p99Ms).toBeGreaterThanOrEqual(found.medianMs);
      expect(Number.isFinite(found.rssSlopeMb)).toBe(true);
      // operations one by one take 78
      expect(found.cpuMs).toBeLessThan(25);
      // a minute of four streams, a window a second each
      expect(found.soaked).toBeGreaterThan(200);
    },
    600_000,
  );

  it.skipIf(!full)(
    'startup: one object on the last line',
    () => {
      const found = JSON.parse(bench('startup', '--json').last);
      expect(Object.keys(found)).toEqual(['helpMs', 'firstStepMs']);
      expect(Math.min(...(Object.values(found) as number[]))).toBeGreaterThan(0);
    },
    600_000,
  );
});
