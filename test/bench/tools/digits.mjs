import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeData } from '../../../recipes/digits/make-data.mjs';
import { ROOT } from '../../../recipes/tools/packages.mjs';

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
