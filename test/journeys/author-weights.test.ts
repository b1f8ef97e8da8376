import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAdapterWeights, readAdapterWeights } from '@modalkit/core';
import { writeTemplate } from 'create-modalkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWeights } from '../../packages/cli/src/verify/check-weights.js';
import { openTarball } from '../../packages/cli/src/verify/packed-plugin.js';
import { openCheckpoints } from '../../packages/core/src/checkpoint/index.js';
import { linkDependencies } from '../templates/link-dependencies.js';
import { writeField, writeLab } from './tools/joint-projects.js';
import { type LoopbackRegistry, mustRun, publishWorkspace, startRegistry } from './tools/loopback-registry.js';
import { modalkit } from './tools/modalkit.js';

const FULL = process.env.MODALKIT_FULL === '1';
const MINUTES = 60_000;
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** Below this folder, so that a project's imports of `@modalkit/*` resolve. */
const ROOT = fileURLToPath(new URL('.tmp', import.meta.url));

describe('an adapter whose weights are packed with it', () => {
  const root = join(ROOT, randomUUID().slice(0, 8));
  const at = (...parts: string[]) => join(root, ...parts);
  const ok = async (args: readonly string[], cwd = root) => {
    const ended = await modalkit([...args, '--json'], { cwd, env: { MODALKIT_BACKEND: '' } });
    expect(ended.code, ended.stderr).toBe(0);
    return ended.json();
  };

  beforeAll(async () => {
    await writeTemplate('modality', at('thermal'), { name: '@you/thermal', modality: 'thermal' });
    linkDependencies(at('thermal'));
    run(process.execPath, [at('thermal', 'node_modules', 'tsup', 'dist', 'cli-default.js'), '--no-dts'], at('thermal'));
    await writeLab(at('lab'));
    await mkdir(at('lab', 'node_modules', '@you'), { recursive: true });
    await symlink(at('thermal'), at('lab', 'node_modules', '@you', 'thermal'));
    await ok(['train', 'lab', '--run', 'lab/run', '--no-report']);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('is exported into the package that is named, and into no other', async () => {
    const args = ['export', at('lab'), '--adapter', '@you/thermal', '--run', at('lab', 'run')];
    const elsewhere = await modalkit(args, { cwd: at('lab') });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      2,
      expect.stringMatching(
        /lab: this is no package, the adapter is of @you\/thermal; name the folder of its sources with --package/,
      ),
    ]);
    expect(await ok(args, at('thermal'))).toMatchObject({ adapter: '@you/thermal', input: 'heat', step: 60 });
    const { files, modalkit: own } = JSON.parse(await readFile(at('thermal', 'package.json'), 'utf8'));
    expect([files, own]).toEqual([['dist', 'weights'], { contract: 1, weights: 'weights' }]);
    const card = await readFile(at('thermal', 'weights', 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(/Plates and pulses that a test made; CC0\.[\s\S]*retrieval\/heat->caption\/classR1/);
  });

  it('is verified as it is packed; a byte changed and a missing card are found', async () => {
    const packed = JSON.parse(run('npm', ['pack', '--json'], at('thermal')))[0] as { filename: string };
    const home = at('field', 'node_modules', '@you', 'thermal');
    await mkdir(home, { recursive: true });
    run('tar', ['-xzf', at('thermal', packed.filename), '-C', home, '--strip-components', '1'], root);
    const plugin = await openTarball(at('thermal'), at('thermal', packed.filename));
    expect(await checkWeights(at('field'), plugin)).toEqual([]);
    const found = async (file: string, spoil: (path: string, bytes: Buffer) => Promise<void>) => {
      const bytes = await readFile(join(home, 'weights', file));
      await spoil(join(home, 'weights', file), bytes);
      const seen = await checkWeights(at('field'), plugin);
      await writeFile(join(home, 'weights', file), bytes);
      return seen.map(({ id, what }) => `${id}: ${what}`).join();
    };
    const flip = (path: string, bytes: Buffer) => writeFile(path, Buffer.from(bytes).fill(7, bytes.length - 4));
    expect(await found('weights.safetensors', flip)).toMatch(/^weights: .*weights\.safetensors was altered/);
    expect(await found('MODEL_CARD.md', (path) => rm(path))).toMatch(/^model-card: .* no MODEL_CARD\.md$/);
  });

  it('is composed frozen, and another modality is trained to it', async () => {
    await writeField(at('field'));
    const file = at('field', 'modalkit.config.ts');
    const options = 'channels: 2, maxTokens: 8, width: 16, layers: 0';
    const config = (await readFile(file, 'utf8'))
      .replace('\n\n', `\nimport { thermal } from '@you/thermal';\n\n`)
      .replace(
        '  inputs: {',
        `  pretrained: { heat: '@you/thermal' },\n  inputs: {\n    heat: thermal({ ${options} }),`,
      );
    await writeFile(file, config);
    await ok(['train', 'field', '--run', 'field/run', '--no-report']);
    const opened = openAdapterWeights(at('thermal', 'weights'));
    expect(await weightsOf(at('field', 'run'), 'heat')).toEqual(readAdapterWeights(opened));
    expect(await classRecall(at('field', 'run'))).toBeGreaterThanOrEqual(0.9);
  });

  it.runIf(FULL)('is refused in a space of another width, and led into it by a trained layer when asked', async () => {
    const file = at('field', 'modalkit.config.ts');
    const wider = (await readFile(file, 'utf8')).replace('space: { width: 16 }', 'space: { width: 24 }');
    await writeFile(file, wider);
    const refused = await modalkit(['train', 'field', '--run', 'field/wide'], { cwd: root });
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringMatching(/pretrained\.heat: its joint space has the width 16, the project's 24; .*`realign: true`/),
    ]);
    await writeFile(file, wider.replace(`heat: '@you/thermal'`, `heat: { from: '@you/thermal', realign: true }`));
    await ok(['train', 'field', '--run', 'field/wide', '--no-report']);
    const { realign, own } = splitRealigned(await weightsOf(at('field', 'wide'), 'heat'));
    expect(own).toEqual(readAdapterWeights(openAdapterWeights(at('thermal', 'weights'))));
    expect(realign).toEqual(['realign/bias', 'realign/kernel']);
    expect(await classRecall(at('field', 'wide'))).toBeGreaterThanOrEqual(0.9);
  });
});

function splitRealigned(weights: ReadonlyMap<string, unknown>) {
  const realign = [...weights.keys()].filter((name) => name.startsWith('realign/')).sort();
  return { realign, own: new Map([...weights].filter(([name]) => !realign.includes(name))) };
}

/** `npm run journey`: the same by a registry, with what people type. */
describe.runIf(FULL)('an adapter whose weights are published with it, composed in the project of someone else', () => {
  let registry: LoopbackRegistry;
  let root: string;
  const at = (...parts: string[]) => join(root, ...parts);
  const npm = (folder: string, ...args: string[]) => mustRun('npm', args, at(folder), registry.env);
  const json = async (folder: string, ...args: string[]) => {
    const bin = at('tools', 'node_modules', 'modalkit', 'bin.mjs');
    const said = await mustRun(process.execPath, [bin, ...args, '--json'], at(folder), registry.env);
    return JSON.parse(said.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'modalkit-weights-'));
    registry = await startRegistry();
    await publishWorkspace(registry);
    for (const name of ['tools', 'lab', 'field']) await mkdir(at(name));
    await npm('tools', 'install', 'modalkit', ...QUIET);
    await json('.', 'create', '@you/thermal', '--yes');
    await npm('thermal', 'install', ...QUIET);
    await npm('thermal', 'run', 'build');
    await writeLab(at('lab'));
    await writeFile(at('lab', 'package.json'), '{ "private": true, "type": "module" }');
    await npm('lab', 'install', '../thermal', '@modalkit/core', '@modalkit/text', ...QUIET);
    await writeField(at('field'));
    await writeFile(at('field', 'package.json'), '{ "private": true, "type": "module" }');
    await npm('field', 'install', '@modalkit/core', '@modalkit/sensor', ...QUIET);
  }, 10 * MINUTES);
  afterAll(async () => {
    await registry?.stop();
    await rm(root, { recursive: true, force: true });
  });

  it(
    'is trained, exported into its package, verified and published with its weights',
    async () => {
      await json('lab', 'train', '--run', 'run', '--no-report');
      await json('thermal', 'export', '../lab', '--adapter', '@you/thermal', '--run', '../lab/run');
      expect(await json('thermal', 'verify')).toMatchObject({ ok: true, findings: [] });
      expect(await json('thermal', 'publish')).toMatchObject({ version: '0.1.0', published: true });
    },
    10 * MINUTES,
  );

  it(
    'is added frozen; another modality that is trained to it finds its kind, and its weights are those that were published',
    async () => {
      const added = await json('field', 'add', '@you/thermal', '--as', 'inputs/heat');
      expect(added).toMatchObject({ version: '0.1.0', place: 'inputs/heat' });
      expect(added.problem).toBeUndefined();
      await json('field', 'train', '--run', 'run', '--no-report');
      const published = readAdapterWeights(openAdapterWeights(at('thermal', 'weights')));
      expect(await weightsOf(at('field', 'run'), 'heat')).toEqual(published);
      expect(await classRecall(at('field', 'run'))).toBeGreaterThanOrEqual(0.9);
      const removed = await json('field', 'remove', '@you/thermal');
      expect(removed).toMatchObject({ places: ['inputs/heat'] });
      expect(await readFile(at('field', 'modalkit.config.ts'), 'utf8')).not.toContain('thermal');
    },
    10 * MINUTES,
  );
});

async function classRecall(run: string): Promise<number> {
  const { values } = JSON.parse(await readFile(join(run, 'evaluation.json'), 'utf8'));
  return values['retrieval/pulse->heat/classR1'].value;
}

async function weightsOf(run: string, input: string): Promise<Map<string, unknown>> {
  const loaded = await (await openCheckpoints(join(run, 'checkpoints'), { keep: 2 })).latest();
  const own = [...loaded!.tensors.weights!].filter(([name]) => name.startsWith(`${input}/`));
  return new Map(own.map(([name, array]) => [name.slice(input.length + 1), array]));
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
