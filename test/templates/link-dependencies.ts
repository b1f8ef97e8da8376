import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../../recipes/tools/packages.mjs';

/** Where packages of this workspace and of its tests are. */
const PLACES = ['test/node_modules', 'node_modules'].map((path) => join(ROOT, path));

/** In place of `npm install`: what a folder depends on is linked from this workspace, or from the folder that `file:` names. */
export function linkDependencies(folder: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const [name, range] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
    const candidates = range.startsWith('file:')
      ? [resolve(folder, range.slice('file:'.length))]
      : PLACES.map((place) => join(place, name));
    const there = candidates.find((path) => existsSync(path));
    if (!there) throw new Error(`${name}, which ${folder} depends on, is not installed for the tests.`);
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(there, join(folder, 'node_modules', name));
  }
}
