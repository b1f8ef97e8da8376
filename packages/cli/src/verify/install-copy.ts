import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastWords, npmProgram, pnpmProgram, type Ran, runProgram } from '../run-program.js';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

export interface Installing {
  /** A folder to write into. */
  readonly place: string;
  readonly registry?: string;
  /** Tarballs in place of what the registry has, by name. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Where a copy of the plugin was installed, or why it could not be. */
export interface Installed {
  readonly folder: string;
  readonly seen: readonly Seen[];
}

/** Installs the tarball into an empty folder, without scripts, by the user's own settings of the package manager. */
export async function installCopy(
  by: 'npm' | 'pnpm',
  { tarball, manifest }: Pick<PackedPlugin, 'tarball' | 'manifest'>,
  { place, registry, beside = {}, signal }: Installing,
): Promise<Installed> {
  const folder = join(place, by);
  await mkdir(folder, { recursive: true });
  const others = Object.entries(beside).filter(([name]) => name !== manifest.name);
  const overrides = Object.fromEntries(others.map(([name, file]) => [name, `file:${file}`]));
  const empty = { name: 'empty', private: true, type: 'module', overrides };
  await writeFile(join(folder, 'package.json'), JSON.stringify(empty));
  // a workspace above the folder for temporary files is none of ours; JSON is YAML
  if (by === 'pnpm') await writeFile(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ packages: [], overrides }));
  const program = by === 'npm' ? npmProgram() : await pnpmProgram(folder);
  const options = { cwd: folder, env: registryEnv(registry), signal };
  const ran = await runProgram(program, [...FLAGS[by], tarball], options);
  return { folder, seen: ran.code === 0 ? [] : [failed(by, ran)] };
}

const FLAGS = {
  npm: ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: ['add', '--ignore-scripts', '--prefer-offline'],
};

/** Settings that name a registry for the programs that we start. */
export function registryEnv(registry: string | undefined): NodeJS.ProcessEnv {
  return registry === undefined ? {} : { npm_config_registry: registry };
}

function failed(by: 'npm' | 'pnpm', ran: Ran): Seen {
  return { id: `${by}-install`, what: `${by} does not install the tarball: ${lastWords(ran)}` };
}
