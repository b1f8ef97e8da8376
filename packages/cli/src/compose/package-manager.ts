import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { npmProgram, type Program, pnpmProgram } from '../run-program.js';

/** How a project's packages are installed and taken away. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  readonly program: Program;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** The package manager whose lockfile lies nearest; npm where there is none. */
export async function packageManagerOf(folder: string): Promise<PackageManager> {
  for (let at = folder; ; at = dirname(at)) {
    if (await isFile(join(at, 'pnpm-lock.yaml')))
      return { name: 'pnpm', program: await pnpmProgram(folder), add: ['add'], remove: ['remove'] };
    if (await isFile(join(at, 'yarn.lock')))
      return { name: 'yarn', program: ['yarn'], add: ['add'], remove: ['remove'] };
    if ((await isFile(join(at, 'package-lock.json'))) || dirname(at) === at) break;
  }
  const flags = ['--no-audit', '--no-fund'];
  return { name: 'npm', program: npmProgram(), add: ['install', ...flags], remove: ['uninstall', ...flags] };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
