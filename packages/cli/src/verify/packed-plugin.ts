import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { type TarballFile, unpack } from '@publint/pack';
import { lastWords, npmProgram, pnpmProgram, runProgram } from '../run-program.js';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly modalkit?: {
    readonly contract?: unknown;
    /** A package that plugins or projects use, and no plugin itself. */
    readonly library?: boolean;
    readonly ignore?: readonly string[];
    /** Folder of the weights that it carries. */
    readonly weights?: unknown;
  };
}

/** A package as a registry would get it. */
export interface PackedPlugin {
  /** The author's folder. */
  readonly folder: string;
  readonly tarball: string;
  readonly bytes: number;
  readonly manifest: Manifest;
  /** Names below the package's root, with `/`. */
  readonly files: readonly TarballFile[];
}

/** The package.json of a plugin's folder. @throws ModalkitError USAGE */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'package.json');
  try {
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
    if (typeof manifest.name === 'string' && typeof manifest.version === 'string') return manifest;
  } catch (error) {
    throw new ModalkitError(
      'USAGE',
      `${file}: it cannot be read (${(error as Error).message.split('\n')[0]}); name the folder of a plugin.`,
      {},
      error,
    );
  }
  throw new ModalkitError('USAGE', `${file}: it has no name or no version; write both.`);
}

/** Packs a folder as it stands, its own scripts run: with pnpm inside of a pnpm workspace, else with npm. */
export async function packPlugin(folder: string, target: string, signal?: AbortSignal): Promise<PackedPlugin> {
  await readManifest(folder);
  const workspace = await pnpmWorkspace(folder);
  const program = workspace ? await pnpmProgram(folder, await pinnedPnpm(workspace)) : npmProgram();
  const ran = await runProgram(program, ['pack', '--pack-destination', target, '--json'], { cwd: folder, signal });
  if (ran.code !== 0)
    throw new ModalkitError('PLUGIN', `${folder}: packing failed: ${lastWords(ran)}; correct what it says.`);
  return openTarball(folder, resolve(target, nameOfPacked(ran.stdout)));
}

/** Reads a tarball into memory. */
export async function openTarball(folder: string, tarball: string): Promise<PackedPlugin> {
  const data = await readFile(tarball);
  const { files, rootDir } = await unpack(new Uint8Array(data).buffer);
  const below = files.map(({ name, data }) => ({ name: name.slice(rootDir.length + 1), data }));
  const manifest = below.find(({ name }) => name === 'package.json')!;
  return { folder, tarball, bytes: data.length, manifest: JSON.parse(textOf(manifest)), files: below };
}

export function textOf({ data }: TarballFile): string {
  return new TextDecoder().decode(data);
}

/** npm prints a list, pnpm one object; scripts may print before it. */
function nameOfPacked(stdout: string): string {
  const found = [...stdout.matchAll(/"filename":\s*("(?:[^"\\]|\\.)*")/g)].at(-1);
  // npm before 11 writes the name of a scoped package with its slash
  return (JSON.parse(found![1]!) as string).replace(/^@([^/]+)\/(?!.*\/)/, '$1-');
}

/** Root of the pnpm workspace that a folder is in. */
async function pnpmWorkspace(folder: string): Promise<string | undefined> {
  if (await stat(join(folder, 'pnpm-workspace.yaml')).catch(() => undefined)) return folder;
  return dirname(folder) === folder ? undefined : pnpmWorkspace(dirname(folder));
}

/** The pnpm that a workspace names, such as `pnpm@10.34.8`: another would fetch it and start it in its own place. */
async function pinnedPnpm(workspace: string): Promise<string | undefined> {
  const text = await readFile(join(workspace, 'package.json'), 'utf8').catch(() => '{}');
  const { packageManager } = JSON.parse(text) as { packageManager?: string };
  return packageManager?.match(/^pnpm@[\d.]+/)?.[0];
}
