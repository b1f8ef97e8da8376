import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { importedCode } from '../compose/code-digest.js';
import type { Runtime } from '../compose/index.js';

/** What composes a project again somewhere else. */
export interface ProjectFiles {
  /** By the path in the export, with `/`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The config's, among them. */
  readonly config: string;
  /** Versions of the packages that it imports and that its plugins are of, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Reads the config, the files it imports, and the folders of weights it names. @throws ModalkitError USAGE without a config file */
export async function projectFiles(runtime: Runtime): Promise<ProjectFiles> {
  const { configPath, folder } = runtime;
  if (configPath === undefined)
    throw new ModalkitError('USAGE', 'A project without a config file cannot be exported; write modalkit.config.ts.');
  const { files: sources, installed } = importedCode(configPath, false);
  const paths = [...sources.keys()];
  const weights = Object.values(runtime.config.pretrained).map(({ from }) => from);
  for (const from of weights.filter((name) => /^\.{1,2}[/\\]/.test(name)))
    paths.push(...(await filesBelow(resolve(folder, from))));
  const root = commonFolder(paths);
  const named = await Promise.all(
    paths.map(async (path) => [inside(root, path), new Uint8Array(await readFile(path))] as const),
  );
  const entries = await Promise.all([...installed].map(packageOf));
  const plugins = runtime.plugins.flatMap(({ id, version }) => {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
    return name && version !== undefined ? [[name, version] as const] : [];
  });
  return {
    files: new Map(named),
    config: inside(root, paths[0]!),
    packages: Object.fromEntries([...plugins, ...entries.flatMap((entry) => (entry ? [entry] : []))].sort()),
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The innermost folder that holds all of the files. */
function commonFolder(paths: readonly string[]): string {
  let root = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(root + sep)) && dirname(root) !== root) root = dirname(root);
  return root;
}

function inside(root: string, path: string): string {
  return ['project', ...relative(root, path).split(sep)].join('/');
}

/** Name and version of the package that a file is of. */
async function packageOf(file: string): Promise<readonly [string, string] | undefined> {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    const content = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    const { name, version } = content === undefined ? {} : JSON.parse(content);
    if (typeof name === 'string' && typeof version === 'string') return [name, version];
  }
  return undefined;
}
