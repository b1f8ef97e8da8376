import { join } from 'node:path';
import { build } from 'tsup';

/** Builds the package with its workspace dependencies into a folder that any Node can run; returns the entry's path. */
export async function builtBackend(name: string): Promise<string> {
  const folder = join(import.meta.dirname, 'dist', name);
  await build({
    entry: { index: join(import.meta.dirname, 'entry.ts') },
    config: false,
    format: ['esm'],
    target: 'es2022',
    platform: 'node',
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    noExternal: [/^@modalkit\//, /register_all_gradients/],
    external: [/^[^./]/],
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
    silent: true,
  });
  return join(folder, 'index.mjs');
}
