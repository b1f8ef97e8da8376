import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { lastWords, npmProgram, type Program, runProgram } from '../run-program.js';
import { readManifest } from './packed-plugin.js';

/** Changesets of a plugin that no version holds yet: names of files below `.changeset`. */
export async function pendingChangesets(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, '.changeset')).catch(() => []);
  return names.filter((name) => name.endsWith('.md') && name.toLowerCase() !== 'readme.md').sort();
}

/** Turns pending changesets into a version and a changelog, by the plugin's own changeset tool, else by one that npm fetches. */
export async function applyChangesets(folder: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const ran = await runProgram(changesetTool(folder), ['version'], { cwd: folder, env, signal });
  if (ran.code !== 0) throw new ModalkitError('PLUGIN', `${folder}: changeset version failed: ${lastWords(ran)}.`);
}

/** Runs the plugin's own build script, if it has one: code may hold the version. */
export async function buildPlugin(folder: string, signal?: AbortSignal): Promise<void> {
  if ((await readManifest(folder)).scripts?.build === undefined) return;
  const ran = await runProgram(npmProgram(), ['run', 'build'], { cwd: folder, signal });
  if (ran.code !== 0) throw new ModalkitError('PLUGIN', `${folder}: npm run build failed: ${lastWords(ran)}.`);
}

function changesetTool(folder: string): Program {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('@changesets/cli/package.json');
    return [process.execPath, join(dirname(manifest), 'bin.js')];
  } catch {
    return [...npmProgram(), 'exec', '--yes', '--', '@changesets/cli@~2.29.8']; // the last that runs on Node 20
  }
}
