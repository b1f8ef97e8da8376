import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastWords, npmProgram, pnpmProgram, type Ran, runProgram } from '../run-program.js';
import type { Seen } from './finding.js';
import type { PackedPlugin } from './packed-plugin.js';

export interface Installing {
  /** A folder to write into. */
  readonly place: string;
  readonly registry?: string;
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
  { tarball }: Pick<PackedPlugin, 'tarball'>,
  { place, registry, signal }: Installing,
): Promise<Installed> {
  const folder = join(place, by);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  // a workspace above the folder for temporary files is none of ours
  if (by === 'pnpm') await writeFile(join(folder, 'pnpm-workspace.yaml'), 'packages: []\n');
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
