import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectBackend } from '@modalkit/backend';
import { createRuntime, jsonl, type Measured, train } from '@modalkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeData, plan } from '../../recipes/balance/make-data.mjs';
import { run } from '../../recipes/balance/run.mjs';
import { summarise } from '../../recipes/balance/summary.mjs';
import { PROBE, TRAININGS } from '../../recipes/balance/trainings.mjs';
import { recordingsFolder, syntheticUtterances } from '../../recipes/five-digits/make/speech/utterances.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-balance-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the samples', () => {
  const human = Array.from({ length: 2000 }, (_, index) => ({
    name: `${index % 10}_ann_${index}`,
    digit: String(index % 10),
    speaker: 'ann',
    recording: `${index}.wav`,
    heldOut: index % 5 === Math.floor(index / 10) % 5,
  }));
  const planned = plan([...syntheticUtterances(), ...human]);
  const of = (split: string) => planned.filter(({ row }) => row.split === split);

  it('are pictures with a voice that says the same digit, 2,000 of them held out', () => {
    expect(['train', 'validation', 'test'].map((split) => of(split).length)).toEqual([4000, 500, 2000]);
    for (const { row, utterance } of planned) expect(utterance.digit).toBe(row.digit);
    expect(new Set(planned.map(({ picture }) => picture)).size).toBe(planned.length);
  });

  it('share no utterance between what is trained on, what is validated on and what is held out', () => {
    const heard = (split: string) => new Set(of(split).map(({ utterance }) => utterance.name));
    for (const [a, b] of [
      ['train', 'validation'],
      ['train', 'test'],
      ['validation', 'test'],
    ] as const)
      expect(
        [...heard(a)].filter((name) => heard(b).has(name)),
        `${a}, ${b}`,
      ).toEqual([]);
  });
});

const measured = (value: number): Measured => ({ value, low: value, high: value, n: 2000 });
const one = (seed: number, name: string, heard: number, both = 0.97) => ({
  seed,
  name,
  joint: { values: { 'accuracy/both': measured(both) }, trainSeconds: 10, backend: 'native' },
  probe: {
    values: { 'accuracy/heard': measured(heard), 'accuracy/seen': measured(0.95) },
    trainSeconds: 5,
    backend: 'native',
  },
});

it('two voices are enough: where nobody is held out for validation, those of the test speak', () => {
  const planned = plan(syntheticUtterances(), { train: 100, validation: 50, test: 50 });
  expect(planned.every(({ row, utterance }) => utterance.digit === row.digit)).toBe(true);
});

describe('the summary', () => {
  it('pools the seeds, and says what is within two points at no loss of fused accuracy', () => {
    const results = [0, 1].flatMap((seed) => [
      one(seed, 'apart', 0.8),
      one(seed, 'plain', 0.5),
      one(seed, 'grad-norm', 0.79 - seed * 0.01),
      one(seed, 'curriculum', 0.8, 0.9),
      one(seed, 'pc-grad', 0.75),
    ]);
    const { table, finding, unimodal, seeds } = summarise(results);
    expect(seeds).toEqual([0, 1]);
    expect(unimodal.audio).toMatchObject({ value: 0.8, n: 4000 });
    const row = (name: string) => table.find((each) => each.name === name)!;
    expect(row('plain').audioBehind.value).toBeCloseTo(0.3, 10);
    expect(row('grad-norm').audioBehind.value).toBeCloseTo(0.015, 10);
    // 1.96 sqrt(0.8 * 0.2 / 4000 + 0.5 * 0.5 / 4000) = 0.0198.
    expect(row('plain').audioBehind.low).toBeCloseTo(0.3 - 0.0198, 4);
    expect(finding).toMatch(/^Trained plainly .* is 30\.0 points behind/);
    expect(finding).toContain('own heads, GradNorm (1.5 points behind, fused 0.970)');
    expect(finding).not.toMatch(/PCGrad|picture from step/);
  });

  it('says so when nothing helps, and compares a training with the unimodal one of its own seeds', () => {
    const { finding, table } = summarise([
      one(0, 'apart', 0.8),
      one(1, 'apart', 0.9),
      one(0, 'plain', 0.5),
      one(0, 'pc-grad', 0.7),
    ]);
    expect(finding).toContain('No balancer brings it within 2.0 points');
    expect(finding).toContain('the nearest is own heads, PCGrad, 10.0 points behind');
    expect(table[0]!.audioBehind.value).toBeCloseTo(0.3, 10);
  });
});

describe('the run', () => {
  /** A command that trains nothing: it writes what a training would. */
  async function start(args: string[], fail?: string) {
    const said: string[][] = [];
    const modalkit = async (command: readonly string[]) => {
      said.push([...command]);
      const to = command[command.indexOf('--run') + 1]!;
      if (fail && to.endsWith(fail)) return 130;
      const { joint, probe } = one(0, 'plain', 0.7);
      await mkdir(to, { recursive: true });
      const result = to.endsWith('probe') ? probe : joint;
      await writeFile(join(to, 'summary.json'), JSON.stringify({ ...result, reason: 'finished' }));
      return 0;
    };
    const makeNone = async () => undefined;
    const code = await run({ runs: folder, args, flags: [], makeData: makeNone, modalkit });
    return { code, said };
  }

  it('trains and probes each for three seeds, goes on where it was stopped, and writes the summary', async () => {
    const stopped = await start([], join('plain', 'probe'));
    expect(stopped.code).toBe(130);
    expect(stopped.said).toHaveLength(4);
    const { code, said } = await start([]);
    expect(code).toBe(0);
    expect(said).toHaveLength(2 * 3 * TRAININGS.length - 3);
    const [first] = said;
    const tower = join(folder, 'balance/seed-0/plain');
    expect(first).toEqual([
      'train',
      PROBE,
      '--run',
      join(tower, 'probe'),
      '--no-report',
      '--seed',
      '0',
      '--set',
      `train.from=${tower}`,
    ]);
    const summary = JSON.parse(await readFile(join(folder, 'balance/summary.json'), 'utf8'));
    expect(summary.table).toHaveLength(TRAININGS.length - 1);
    expect(existsSync(join(folder, 'balance/report.html'))).toBe(true);
    expect((await start(['--summary'])).said).toEqual([]);
  });

  it('takes one seed, and refuses what is none', async () => {
    const { said } = await start(['--seed', '7']);
    expect(said).toHaveLength(2 * TRAININGS.length);
    expect(said.every((command) => command.join(' ').includes('--seed 7'))).toBe(true);
    await expect(start(['--seed', 'x'])).rejects.toThrow('--seed takes a whole number from 0, not x');
  });
});

it('every config composes', async () => {
  for (const config of [...TRAININGS.map((training) => training.config), PROBE]) {
    const { default: given } = await import(join(ROOT, config));
    const runtime = createRuntime(given, { folder: join(ROOT, 'recipes/balance') });
    expect(runtime.inputNames).toEqual(['audio', 'image']);
    expect(runtime.config.train.steps).toBe(500);
    await runtime.dispose();
  }
});

describe.runIf(process.env.MODALKIT_FULL && recordingsFolder())('reduced, for real', () => {
  it('a training and the probe of its towers, on data made here', async () => {
    const data = join(folder, 'data');
    await makeData({ folder: data, sizes: { train: 64, validation: 16, test: 32 } });
    const backend = await selectBackend();
    const trained = async (file: string, to: string, from?: string) => {
      const { default: given } = await import(join(ROOT, file));
      const runtime = createRuntime(
        {
          ...given,
          data: { ...given.data, source: jsonl({ path: 'data/manifest.jsonl' }), batch: 16, workers: 0 },
          train: { ...given.train, steps: 4, saveEvery: 4, from },
        },
        { folder: dirname(data) },
      );
      return train({ runtime, backend, folder: join(folder, to) });
    };
    const joint = await trained('recipes/balance/modalkit.config.ts', 'plain');
    expect(joint.evaluation!.values['contribution/both/alone/audio']!.n).toBe(32);
    const probe = await trained(PROBE, 'probe', 'plain');
    expect(probe.evaluation!.values['accuracy/heard']!.n).toBe(32);
  }, 120_000);
});
