import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { digest } from '../data/digest.js';

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;
const INSTALLED = /[\\/]node_modules[\\/]/;
/** A file that an import names by its place, not by a package. */
const PLACE = /^(?:\.{0,2}\/|file:)/;

/** The code that a config runs. */
export interface ImportedCode {
  /** Source of each file that is no installed package's, by its real path; the config's own among them. */
  readonly files: ReadonlyMap<string, string>;
  /** Entries of the installed packages, by their real paths. */
  readonly installed: ReadonlySet<string>;
}

/**
 * Follows the imports of a config, near or far, as far as installed packages.
 * @param linked follows those too that are only linked to, such as those of a workspace
 */
export function importedCode(configPath: string, linked: boolean): ImportedCode {
  const { esmResolve } = createJiti(pathToFileURL(configPath).href);
  const files = new Map<string, string>();
  const installed = new Set<string>();
  const open = [realpathSync(configPath)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    const source = readFileSync(file, 'utf8');
    files.set(file, source);
    for (const [, name] of source.matchAll(IMPORT)) {
      const found = resolved(() => esmResolve(name!, { parentURL: pathToFileURL(file!).href, try: true }));
      if (found && (INSTALLED.test(found) || !(linked || PLACE.test(name!)))) installed.add(found);
      else if (found && /\.[cm]?[jt]s$/.test(found)) open.push(found);
    }
  }
  return { files, installed };
}

/** Digest of the code that a config runs: of each file it imports, near or far, and the version of each installed package. */
export function codeDigest(configPath: string): string {
  const { files, installed } = importedCode(configPath, true);
  const known = [
    ...[...files].map(([file, source]) => [file, digest(source)]),
    ...[...installed].map((file) => [file, versionOf(file)]),
  ];
  return digest(process.version, known.sort());
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
