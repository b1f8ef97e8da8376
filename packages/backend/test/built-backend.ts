import { join } from 'node:path';
import { build } from 'tsup';

const folder = join(import.meta.dirname, '../node_modules/.test-build');

/** Builds the package with its workspace dependencies into one folder that any Node can run; returns the entry's path. */
export async function builtBackend(): Promise<string> {
  await build({
    entry: { index: join(import.meta.dirname, 'entry.ts') },
    config: false,
    format: ['esm'],
    target: 'es2022',
    platform: 'node',
    outDir: folder,
    noExternal: [/^@modalkit\//, /register_all_gradients/],
    external: [/^[^./]/],
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
    silent: true,
  });
  return join(folder, 'index.mjs');
}
