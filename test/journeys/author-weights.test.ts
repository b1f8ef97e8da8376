import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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
import { modalkit } from './tools/modalkit.js';

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
    const { values } = JSON.parse(await readFile(at('field', 'run', 'evaluation.json'), 'utf8'));
    expect(values['retrieval/pulse->heat/classR1'].value).toBeGreaterThanOrEqual(0.9);
  });
});

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
