import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { digest } from '../data/digest.js';

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;
const INSTALLED = /[\\/]node_modules[\\/]/;

/** Digest of the code that a config runs: of each file it imports, near or far, and the version of each installed package. */
export function codeDigest(configPath: string): string {
  const { esmResolve } = createJiti(pathToFileURL(configPath).href);
  const known = new Map<string, string>();
  const open = [realpathSync(configPath)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (known.has(file)) continue;
    const source = readFileSync(file, 'utf8');
    known.set(file, digest(source));
    for (const [, name] of source.matchAll(IMPORT)) {
      const found = resolved(() => esmResolve(name!, { parentURL: pathToFileURL(file!).href, try: true }));
      if (found && INSTALLED.test(found)) known.set(found, versionOf(found));
      else if (found && /\.[cm]?[jt]s$/.test(found)) open.push(found);
    }
  }
  return digest(process.version, [...known].sort());
}

/** A file's own path; nothing for a module of Node, or for words that only look like an import. */
function resolved(find: () => string | undefined): string | undefined {
  try {
    const url = find();
    return url?.startsWith('file:') ? realpathSync(fileURLToPath(url)) : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return digest(readFileSync(join(folder, 'package.json'), 'utf8'));
}
