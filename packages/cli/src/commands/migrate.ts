import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { writeFileAtomic } from '@modalkit/core';
import { checkConfig } from '../compose/edit-config.js';
import { showChange } from '../compose/show-change.js';
import { CONFIG_NAMES } from '../find-project.js';
import { type MigratedFile, migrateFiles } from '../migrate/migrate-files.js';
import { createOutput } from '../output.js';

export interface MigrateFlags {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `modalkit migrate`: shows each change as a diff, and writes it unless `--check` is given. */
export async function migrate(given: string, { check, json }: MigrateFlags): Promise<void> {
  const output = createOutput(json);
  const results = migrateFiles(await filesOf(resolve(given)));
  const changed = results.filter(({ before, after }) => before !== after);
  for (const { file, before, after, applied } of changed) {
    for (const { number, title } of applied) output.say(`Migration ${number}: ${title}`);
    output.say(showChange(file, before, after));
    if (!check) await writeFileAtomic(file, after);
  }
  const what = check ? 'would change' : 'changed';
  output.say(changed.length > 0 ? `${what}: ${changed.length} of ${results.length} files` : 'Nothing to migrate.');
  output.result({ check: Boolean(check), changed: changed.map(({ file, applied }) => ({ file, applied })) });
  if (check && changed.length > 0) process.exitCode = 1;
}

/** The configs and the package.json of a folder, all of them parsed once before anything is changed. */
async function filesOf(folder: string): Promise<MigratedFile[]> {
  const found: MigratedFile[] = [];
  for (const name of [...CONFIG_NAMES, 'package.json']) {
    const file = join(folder, name);
    if (!(await stat(file).catch(() => undefined))?.isFile()) continue;
    const before = await readFile(file, 'utf8');
    if (name !== 'package.json') checkConfig(file, before);
    found.push({ kind: name === 'package.json' ? 'package.json' : 'config', file, before });
  }
  if (found.length > 0) return found;
  const message = `${folder}: there is neither a config nor a package.json; name the folder of a project or a plugin.`;
  throw new ModalkitError('USAGE', message);
}
