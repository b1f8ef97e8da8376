import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { type LoopbackRegistry, mustRun, publishWorkspace, startRegistry } from './tools/loopback-registry.js';

const FULL = process.env.MODALKIT_FULL === '1';
const MINUTES = 60_000;
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** `npm run journey`: one person publishes a modality that nobody here thought of, another one composes and trains it. */
describe.runIf(FULL)('from an empty folder to an adapter on npm, composed in the project of someone else', () => {
  let registry: LoopbackRegistry;
  let root: string;
  let before: string;
  const at = (...parts: string[]) => join(root, ...parts);
  const npm = (folder: string, ...args: string[]) => mustRun('npm', args, at(folder), registry.env);
  /** The folder's own command, where it has one. */
  const modalkit = async (folder: string, ...args: string[]) => {
    const bin = ['node_modules', 'modalkit', 'bin.mjs'];
    const own = [at(folder, ...bin), at('tools', ...bin)].find((file) => existsSync(file))!;
    return (await mustRun(process.execPath, [own, ...args], at(folder), registry.env)).trimEnd().split('\n');
  };
  const json = async (folder: string, ...args: string[]) =>
    JSON.parse((await modalkit(folder, ...args, '--json')).at(-1)!) as Record<string, never>;

  beforeAll(async () => {
    before = await gitStatus();
    root = await mkdtemp(join(tmpdir(), 'modalkit-journey-'));
    registry = await startRegistry();
    await publishWorkspace(registry);
    await mkdir(at('tools'));
    await npm('tools', 'install', 'modalkit', ...QUIET);
  }, 10 * MINUTES);
  afterAll(async () => {
    await registry?.stop();
    await rm(root, { recursive: true, force: true });
  });

  it(
    'npm create modalkit writes a plugin that passes the kit unedited',
    async () => {
      await npm('.', 'create', '--yes', 'modalkit@latest', '@you/thermal', '--', '--yes');
      await npm('thermal', 'install', ...QUIET);
      expect(await npm('thermal', 'test')).toMatch(/Tests .*passed/);
    },
    10 * MINUTES,
  );

  it(
    'modalkit verify finds nothing in it, and finds a fault that is planted',
    async () => {
      expect(await json('thermal', 'verify')).toMatchObject({ ok: true, name: '@you/thermal', findings: [] });
      const file = at('thermal', 'package.json');
      const manifest = await readFile(file, 'utf8');
      await writeFile(file, manifest.replace('"contract": 1', '"contract": 2'));
      try {
        await expect(modalkit('thermal', 'verify')).rejects.toThrow(
          /contract: it is of contract 2, this modalkit is of 1/,
        );
      } finally {
        await writeFile(file, manifest);
      }
    },
    10 * MINUTES,
  );

  it(
    'modalkit publish makes a version of its changeset and publishes it, once',
    async () => {
      expect(await json('thermal', 'publish')).toMatchObject({ version: '0.1.0', published: true, first: true });
      await expect(modalkit('thermal', 'publish', '--no-version')).rejects.toThrow(/0\.1\.0 is published already/);
    },
    10 * MINUTES,
  );

  it(
    'modalkit add composes it in a fresh project',
    async () => {
      await modalkit('.', 'init', 'shop', '--inputs', 'caption=text,note=text');
      await npm('shop', 'install', ...QUIET);
      const options = JSON.stringify({ channels: 2, maxTokens: 8, width: 16 });
      const added = await json('shop', 'add', '@you/thermal', '--as', 'inputs/heat', '--options', options);
      expect(added).toMatchObject({ name: '@you/thermal', version: '0.1.0', place: 'inputs/heat' });
      const { plugins } = (await json('shop', 'list')) as { plugins?: { name: string; places: string[] }[] };
      const thermal = plugins!.find(({ name }) => name === '@you/thermal');
      expect(thermal).toMatchObject({ contract: 1, places: [expect.stringMatching(/^inputs\/heat: .*masks random/)] });
    },
    10 * MINUTES,
  );

  it(
    'a fusion and an objective from a template of their own are published, and composed beside it',
    async () => {
      await npm('.', 'create', '--yes', 'modalkit@latest', '@you/gate', '--', '--template', 'extension', '--yes');
      await npm('gate', 'install', ...QUIET);
      expect(await npm('gate', 'test')).toMatch(/Tests .*passed/);
      expect(await json('gate', 'publish')).toMatchObject({ version: '0.1.0', published: true });
      const fusion = await json('shop', 'add', '@you/gate', '--export', 'gateFusion');
      expect(fusion).toMatchObject({ place: 'fusion', factory: 'gateFusion' });
      const rank = ['--export', 'gateObjective', '--as', 'objectives/rank', '--options', '{"pair":["heat","caption"]}'];
      const objective = await json('shop', 'add', '@you/gate', ...rank);
      expect(objective).toMatchObject({ place: 'objectives/rank', factory: 'gateObjective' });
    },
    10 * MINUTES,
  );

  it(
    'all of it trains together with text, and words find its samples',
    async () => {
      const file = at('shop', 'modalkit.config.ts');
      const config = (await readFile(file, 'utf8')).replace(/^ *note: text\(\),\n/m, '');
      await writeFile(file, config.replaceAll("['caption', 'note']", "['heat', 'caption']"));
      await writeFile(at('shop', 'data', 'manifest.jsonl'), manifestOfPlates());
      const settings = ['--steps', '60', '--set', 'data.batch=16', '--set', 'train.warmUp=5', '--run', 'run'];
      expect(await json('shop', 'train', ...settings, '--no-report')).toMatchObject({ reason: 'finished', step: 60 });
      for (const word of ['hot', 'cold']) {
        const { results } = (await json('shop', 'query', `a ${word} plate`, '--run', 'run', '--to', 'heat')) as {
          results?: { heat: { id: string }[] };
        };
        expect(results!.heat[0]!.id).toMatch(new RegExp(`^${word}-`));
      }
      const [first, last] = await ranksOf(at('shop', 'run', 'metrics.jsonl'));
      expect(last).toBeLessThan(first! / 2);
    },
    10 * MINUTES,
  );

  it('0 lines of the repository have changed', async () => expect(await gitStatus()).toBe(before));
});

/** The outside objective's term at the first step and the last. */
async function ranksOf(metrics: string): Promise<number[]> {
  const lines = (await readFile(metrics, 'utf8')).trim().split('\n');
  const steps = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step');
  return [steps[0], steps.at(-1)].map(({ values }) => values['loss/rank/heat->caption']);
}

/** What git sees changed in this repository. */
function gitStatus(): Promise<string> {
  return mustRun('git', ['status', '--porcelain'], ROOT);
}

/** Plates of 3 to 6 rows: hot ones near 1, cold ones near -1. */
function manifestOfPlates(): string {
  const lines = Array.from({ length: 96 }, (_, index) => {
    const word = index % 2 === 0 ? 'hot' : 'cold';
    const sign = word === 'hot' ? 1 : -1;
    const heat = Array.from({ length: 3 + (index % 4) }, (_, row) => [sign + 0.01 * ((index * 7 + row) % 10), sign]);
    return { id: `${word}-${index}`, split: index < 80 ? 'train' : 'test', heat, caption: `a ${word} plate` };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
