import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';

/** Bundles `child.ts` to plain JavaScript, so that a traced process does nothing but its own work. Returns the file. */
export async function buildChild(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'modalkit-child-'));
  await build({
    config: false,
    entry: [join(import.meta.dirname, 'child.ts')],
    outDir,
    format: ['esm'],
    platform: 'node',
    target: 'node20',
    noExternal: [/.*/],
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
  });
  return join(outDir, 'child.mjs');
}
