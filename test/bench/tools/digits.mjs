import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeData } from '../../../recipes/digits/make-data.mjs';
import { ROOT } from '../../../recipes/tools/packages.mjs';

export const BIN = join(ROOT, 'packages', 'cli', 'bin.mjs');
export const DIGITS = join(ROOT, 'recipes', 'digits', 'modalkit.config.ts');

/**
 * The main job's data made, and a run folder that is gone afterwards.
 * @template T @param {(folder: string) => Promise<T>} use @returns {Promise<T>}
 */
export async function withDigits(use) {
  await makeData();
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The main job trained for two steps: how long it takes to ask it doesn't depend on what it has learnt.
 * @template T @param {(run: string) => Promise<T>} use @returns {Promise<T>}
 */
export const withTrainedDigits = (use) =>
  withDigits((folder) => {
    const run = join(folder, 'run');
    node([BIN, 'train', DIGITS, '--run', run, '--steps', '2', '--no-report']);
    return use(run);
  });

/** What a program in a process of its own has printed. */
export function node(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench: node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
