import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';

export const CONFIG_NAMES = ['modalkit.config.ts', 'modalkit.config.mts', 'modalkit.config.js', 'modalkit.config.mjs'];

/** The config file of a project folder, or the file itself. @throws ModalkitError USAGE when there is none */
export async function findConfig(project: string): Promise<string> {
  const path = resolve(project);
  const state = await stat(path).catch(() => undefined);
  if (state?.isFile()) return path;
  const names = state ? await readdir(path) : [];
  const found = CONFIG_NAMES.find((name) => names.includes(name));
  if (found) return join(path, found);
  throw new ModalkitError(
    'USAGE',
    `${path}: there is no ${CONFIG_NAMES[0]} here; name a project's folder, or make one with \`modalkit init\`.`,
    { path },
  );
}

/** Where a project's run goes unless --run says otherwise. */
export function defaultRunFolder(configPath: string): string {
  return resolve('runs', basename(dirname(configPath)));
}

/** The newest run below ./runs. @throws ModalkitError USAGE when there is none */
export async function newestRun(): Promise<string> {
  const folder = resolve('runs');
  const names = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      changed: existsSync(join(folder, name, 'checkpoints'))
        ? ((await stat(join(folder, name, 'run.json')).catch(() => undefined))?.mtimeMs ?? -1)
        : -1,
    })),
  );
  const newest = runs.filter(({ changed }) => changed >= 0).sort((a, b) => b.changed - a.changed)[0];
  if (newest) return newest.path;
  throw new ModalkitError('USAGE', `${folder}: there is no run here; train first, or name a run with --run.`, {
    folder,
  });
}
