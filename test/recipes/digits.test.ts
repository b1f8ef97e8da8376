import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measured } from '@modalkit/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINUTES = 60_000;

interface Result {
  readonly values: Readonly<Record<string, Measured>>;
  readonly trainSeconds: number;
  readonly backend: string;
}

/** One whole run of the main job in a process of its own. */
function digits(folder: string, flags: readonly string[]): Promise<Result> {
  const args = [
    join(ROOT, 'packages/cli/bin.mjs'),
    'train',
    'recipes/digits',
    '--run',
    folder,
    '--no-report',
    '--json',
    ...flags,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out.trim().split('\n').at(-1)!)) : reject(new Error(err)),
    );
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.runIf(process.env.MODALKIT_FULL)('the main job, whole', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modalkit-digits-'));
    if (!existsSync(join(ROOT, 'recipes/digits/data/manifest.jsonl'))) {
      await (await import(join(ROOT, 'recipes/digits/make-data.mjs'))).makeData();
    }
  }, 5 * MINUTES);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    'reaches 0.97 in English and in Chinese, as a mean of three seeds',
    async () => {
      const results: Result[] = [];
      for (const seed of [1, 2, 3]) results.push(await digits(join(folder, `seed-${seed}`), ['--seed', String(seed)]));
      const of = (name: string) => results.map(({ values }) => values[name]!.value);
      const stated = {
        en: of('zeroShot/en'),
        zh: of('zeroShot/zh'),
        match: of('accuracy/match'),
        seconds: results.map(({ trainSeconds }) => trainSeconds),
      };
      console.log(`digits, seeds 1 to 3: ${JSON.stringify(stated)}`);
      expect(results.map(({ values }) => values['zeroShot/en']!.n)).toEqual([2000, 2000, 2000]);
      expect(mean(stated.en)).toBeGreaterThanOrEqual(0.97);
      expect(mean(stated.zh)).toBeGreaterThanOrEqual(0.97);
      expect(mean(stated.match)).toBeGreaterThanOrEqual(0.95);
    },
    40 * MINUTES,
  );

  it(
    'has its match head at 0.95 with early fusion, and late fusion stated beside it',
    async () => {
      const early = await digits(join(folder, 'early'), ['--fusion', 'early']);
      const late = await digits(join(folder, 'late'), ['--fusion', 'late']);
      const match = { early: early.values['accuracy/match']!.value, late: late.values['accuracy/match']!.value };
      console.log(`digits, match head by fusion: ${JSON.stringify(match)}`);
      expect(match.early).toBeGreaterThanOrEqual(0.95);
    },
    30 * MINUTES,
  );
});
