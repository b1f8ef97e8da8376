import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Goes on with what a stopped making of data has left in a folder, if that was to be the same data, else empties it.
 * @param {string} folder @param {string} goal what the data follows from
 */
export async function beginData(folder, goal) {
  const file = join(folder, 'goal');
  if ((await readFile(file, 'utf8').catch(() => '')) === goal) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(file, goal);
}
