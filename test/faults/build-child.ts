import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';

/**
 * Bundles a script into a folder where no package can be found, so that a traced process does nothing but its own work.
 * @param entry named `child.ts`
 * @param unused packages that are imported in places the script never comes to
 * @returns the file
 */
export async function buildChild(entry: string, unused: string[] = []): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'modalkit-child-'));
  await build({
    config: false,
    entry: [entry],
    outDir,
    format: ['esm'],
    platform: 'node',
    target: 'node20',
    external: unused,
    noExternal: [new RegExp(`^(?!(?:${unused.join('|') || ' '})$)`)],
    silent: true,
    shims: true,
    outExtension: () => ({ js: '.mjs' }),
    // for packages that require parts of Node
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.conditions = ['modalkit-src'];
    },
  });
  return join(outDir, 'child.mjs');
}
