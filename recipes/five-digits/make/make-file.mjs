import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

/**
 * Makes a file unless it is there: written aside and renamed, so that what is there is whole.
 * @param {string} folder
 * @param {string} file relative to the folder
 * @param {(aside: string) => Promise<unknown>} write writes the file of this name, which has the same ending
 */
export async function makeFile(folder, file, write) {
  const path = join(folder, file);
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.part${extname(path)}`;
  await write(aside);
  await rename(aside, path);
}
