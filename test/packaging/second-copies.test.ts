import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { modalkit } from '../journeys/tools/modalkit.js';

/** Every package that the plugin would have in common with core, and where the workspace has it. */
const SHARED = {
  tsyringe: 'packages/core',
  tslib: 'node_modules/.pnpm/node_modules',
  'reflect-metadata': 'packages/core',
  zod: 'packages/core',
  '@tensorflow/tfjs-core': 'packages/core',
  '@modalkit/contract': 'packages/core',
  '@modalkit/toolkit': 'packages/core',
  '@standard-schema/spec': 'packages/contract',
};

/** It uses each of its copies: a container, a schema, a brand, an error, a layer, and operations of its own tfjs on the host. */
const PLUGIN = `import 'reflect-metadata';
import { ADAPTER, CONTRACT, definePlugin, ModalkitError } from '@modalkit/contract';
import { linear, initLinear, validFromLengths, stackRows, maskedMean } from '@modalkit/toolkit';
import * as tfjs from '@tensorflow/tfjs-core';
import { container } from 'tsyringe';
import { z } from 'zod';

const own = container.createChildContainer();
own.register('width', { useValue: 4 });
export const where = { container, string: z.ZodString, Tensor: tfjs.Tensor, contract: definePlugin };
const schema = z.strictObject({ factor: z.number().default(1) });

export const copied = definePlugin((options = {}) => {
  const { factor } = schema.parse(options);
  if (factor < 0) throw new ModalkitError('OPTIONS', '@you/copied: factor is negative; give another.');
  return { id: '@you/copied', version: '1.0.0', contract: CONTRACT, setup: (scope) => scope.provide(ADAPTER, () => adapter(factor)) };
});

const adapter = (factor) => ({
  id: '@you/copied',
  modality: 'numbers',
  contract: CONTRACT,
  version: '1',
  options: { factor },
  supports: { positions: [], masks: ['drop'], paddingInvariant: true },
  sample: z.number(),
  prepare: async (sample) => Float32Array.of(sample * factor * tfjs.util.sizeFromShape([1])),
  collate: (rows) => ({ valid: validFromLengths(rows.map((row) => (row ? 1 : 0)), 1), numbers: stackRows(rows, [1, 1]) }),
  init: (context) => initLinear(context, 'embed', 1, own.resolve('width')),
  mask: ({ valid }, _, { tf }) => tf.zerosLike(valid),
  encode: ({ valid, numbers }, { hidden }, context) => ({ values: linear(context, 'embed', numbers), valid, hidden, position: {} }),
  align: (tokens, _, { tf }) => ({ ...tokens, pooled: maskedMean(tf, tokens.values, tokens.valid) }),
});
`;

const CONFIG = `import { defineConfig, jsonl, late, regress, squaredError } from '@modalkit/core';
import { copied } from '@you/copied';
export default defineConfig({
  inputs: { x: copied({ factor: 0.5 }) },
  space: { width: 4 },
  fusion: late(),
  heads: { y: regress() },
  objectives: { y: squaredError({ head: 'y' }) },
  data: { source: jsonl({ path: 'rows.jsonl' }), batch: 4, cache: false, workers: 1 },
  train: { steps: 2 },
});
`;

describe('a plugin with a second copy of every dependency', { timeout: 180_000 }, () => {
  const folder = join(import.meta.dirname, '.tmp', `copies-${process.pid}`);
  const plugin = join(folder, 'node_modules', '@you', 'copied');
  beforeAll(() => {
    mkdirSync(plugin, { recursive: true });
    for (const [name, from] of Object.entries(SHARED)) copy(name, from);
    const manifest = { name: '@you/copied', version: '1.0.0', type: 'module', exports: './index.js' };
    writeFileSync(join(plugin, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(plugin, 'index.js'), PLUGIN);
    writeFileSync(join(folder, 'modalkit.config.mjs'), CONFIG);
    const rows = Array.from({ length: 12 }, (_, x) => ({ id: `s${x}`, split: x < 8 ? 'train' : 'test', x, y: x / 12 }));
    writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function copy(name: string, from: string): void {
    const place = from.endsWith('node_modules') ? join(ROOT, from, name) : join(ROOT, from, 'node_modules', name);
    const source = realpathSync(place);
    const skip = (path: string) => !path.slice(source.length).includes('node_modules') && !path.endsWith('.map');
    cpSync(source, join(plugin, 'node_modules', name), { recursive: true, dereference: true, filter: skip });
  }

  it('really has other ones than core', () => {
    const script = `import { createRequire } from 'node:module';
      import { pathToFileURL } from 'node:url';
      import { where } from '@you/copied';
      const core = createRequire(${JSON.stringify(join(ROOT, 'packages/core/package.json'))});
      const load = (name) => import(pathToFileURL(core.resolve(name)));
      const { z } = await load('zod');
      const { definePlugin } = await import(${JSON.stringify(join(ROOT, 'packages/contract/dist/index.js'))});
      const theirs = { container: (await load('tsyringe')).container, string: z.ZodString, Tensor: (await load('@tensorflow/tfjs-core')).Tensor, contract: definePlugin };
      console.log(Object.entries(theirs).map(([name, value]) => [name, typeof value, value === where[name]].join(' ')).join());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    const functions = ['string', 'Tensor', 'contract'].map((name) => `${name} function false`);
    expect(stdout.trim(), stderr).toBe(['container object false', ...functions].join());
  });

  it('composes and trains, in workers too', async () => {
    const { code, stderr, json } = await modalkit([
      'train',
      folder,
      '--run',
      join(folder, 'run'),
      '--no-report',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({ reason: 'finished', step: 2, quarantined: 0 });
    const { plugins } = JSON.parse(readFileSync(join(folder, 'run', 'run.json'), 'utf8'));
    expect(plugins).toContainEqual({ slot: 'inputs/x', id: '@you/copied', version: '1.0.0' });
  });
});
