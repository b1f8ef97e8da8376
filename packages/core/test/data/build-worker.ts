import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'tsup';
import type { WorkerCode } from '../../src/data/worker-pool.js';

const CORE = resolve(import.meta.dirname, '../..');

/** Builds the worker, as the package's build does, and the test project into a fresh folder. */
export async function buildWorker(): Promise<WorkerCode & { readonly folder: string; readonly imports: string[] }> {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(CORE, 'package.json'), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-worker-'));
  symlinkSync(join(CORE, 'node_modules'), join(folder, 'node_modules'));
  await build({
    entry: {
      worker: join(CORE, 'src/data/worker.ts'),
      project: join(import.meta.dirname, 'numbers-project.ts'),
      read: join(CORE, 'src/data/read-confined.ts'),
    },
    outDir: folder,
    config: false,
    format: ['esm'],
    platform: 'node',
    target: 'es2022',
    external: Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !name.startsWith('@modalkit/')),
    noExternal: [/^@modalkit/],
    metafile: true,
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
  });
  const { outputs } = JSON.parse(readFileSync(join(folder, 'metafile-esm.json'), 'utf8')) as {
    outputs: Record<string, { imports: { path: string; external?: boolean }[]; inputs: object }>;
  };
  const imports = Object.values(outputs).flatMap((output) => [
    ...output.imports.map(({ path }) => path),
    ...Object.keys(output.inputs),
  ]);
  const url = (name: string): URL => pathToFileURL(join(folder, name));
  return { url: url('worker.mjs'), loader: url('project.mjs').href, folder, imports };
}
