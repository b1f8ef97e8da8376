import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A project of twelve numbers that a faulty plugin reads. */
export interface FaultyProject {
  readonly folder: string;
  /** Path of a run. */
  run(name: string): string;
  remove(): void;
}

/**
 * @param data further fields of the config's `data`
 * @param options of the plugin
 */
export function faultyProject(data = '', options = ''): FaultyProject {
  // below this folder, so that the config's imports resolve
  const folder = join(import.meta.dirname, '.tmp', randomUUID().slice(0, 8));
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 12 }, (_, x) => ({ id: `s${x}`, split: x < 8 ? 'train' : 'test', x, y: x / 12 }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(
    join(folder, 'modalkit.config.mjs'),
    `import { defineConfig, jsonl, late, regress, squaredError } from '@modalkit/core';
import { faulty } from '../../faulty-plugin.mjs';
export default defineConfig({
  inputs: { x: faulty(${options}) },
  space: { width: 4 },
  fusion: late(),
  heads: { y: regress() },
  objectives: { y: squaredError({ head: 'y' }) },
  masking: { x: { kind: 'drop', ratio: 0.1 } },
  data: { source: jsonl({ path: 'rows.jsonl' }), batch: 4, budget: 0.5, cache: false, workers: 0, ${data} },
  train: { steps: 6, saveEvery: 2 },
});
`,
  );
  return {
    folder,
    run: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
