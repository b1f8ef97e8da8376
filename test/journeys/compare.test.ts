import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalkit, start } from './tools/modalkit.js';
import { expectOneSentence } from './tools/one-sentence.js';
import { type TinyProject, tinyProject } from './tools/tiny-project.js';

const full = process.env.MODALKIT_FULL === '1';
const HALVING = `sweep: { kind: 'halving', settings: { 'train.learningRate': [0.001, 0.01], fusion: ['early', 'late'] }, runs: 4, steps: 2, keep: 0.5, metric: 'accuracy/digit' }`;
const METRICS = `digit: accuracy({ head: 'digit' })`;
const TOP = `import { accuracy } from '@modalkit/core';`;

describe('modalkit compare', () => {
  let project: TinyProject;
  let run: string;
  beforeAll(async () => {
    project = await tinyProject({ top: TOP, metrics: METRICS });
    run = project.path('runs', 'compared');
  });
  afterAll(() => project.remove());
  const compare = (...args: string[]) => ['compare', project.folder, '--run', run, ...args];

  it('trains each fusion into a folder of its own, and once', { timeout: 120_000 }, async () => {
    const fusions = compare('--fusion', full ? 'early,late,cross' : 'late,early', '--steps', '2', '--json');
    const ended = await modalkit(fusions);
    expect(ended.code, ended.stderr).toBe(0);
    const runs = ended.json().runs as { variant: { folder: string }; parameters: number; values: object }[];
    expect(runs.map(({ variant }) => variant.folder).sort()).toEqual(
      full ? ['cross', 'early', 'late'] : ['early', 'late'],
    );
    expect(new Set(runs.map(({ parameters }) => parameters)).size).toBe(runs.length);
    for (const { values, parameters } of runs) {
      expect(parameters).toBeGreaterThan(1000);
      expect(Object.keys(values)).toContain('contribution/digit/alone/caption');
    }
    expect(ended.stderr).toMatch(/run +accuracy\/digit +95 % interval +time +weights +alone\/caption/);
    expect(await readFile(join(run, 'report.html'), 'utf8')).toContain('against seconds of training');
    const again = await modalkit(fusions);
    expect(again.stderr).not.toContain('Saved step');
    expect(again.json().runs).toEqual(runs);
  });

  it('other settings in the same folder, and nothing to compare, are refused in one sentence', {
    timeout: 60_000,
  }, async () => {
    const other = await modalkit(compare('--fusion', 'late', '--steps', '3'));
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/begun with other settings .*"--steps","2".* name another folder with --run\./);
    expectOneSentence(await modalkit(compare()), 2, /nothing to compare/, /--fusion/, /sweep/);
    expectOneSentence(await modalkit(compare('--fusion', 'middle')), 2, /"middle"/, /early, late, cross/);
  });

  it.runIf(full)('a sweep that Ctrl-C stops goes on, and halves its runs', { timeout: 300_000 }, async () => {
    await project.writeConfig({ more: HALVING });
    await rm(run, { recursive: true, force: true });
    const first = start(compare('--json'));
    await first.printed(/Saved step 2\n[\s\S]*Training 2 steps/);
    first.process.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(existsSync(join(run, 'comparison.json'))).toBe(false);
    const ended = await modalkit(compare('--json'));
    expect(ended.code, ended.stderr).toBe(0);
    const steps = (ended.json().runs as { step: number }[]).map(({ step }) => step);
    // 4 runs of 2 steps, 2 of 4, 1 of 6, the whole run.
    expect(steps).toEqual([2, 2, 2, 2, 4, 4, 6]);
  });
});
