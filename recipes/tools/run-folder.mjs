import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './packages.mjs';

const CORE = join(ROOT, 'packages', 'core', 'dist', 'index.js');

/**
 * Readies `runs/<name>`: a run that was stopped goes on when it is started with the same options; one that is finished, or
 * was started with others, is kept as `runs/<name>-before`, and a new one begins.
 * @param {string} folder
 * @param {readonly string[]} options
 * @throws ModalkitError LOCKED when that run is still going
 */
export async function openRunFolder(folder, options) {
  const file = join(folder, 'options.json');
  const text = `${JSON.stringify(options)}\n`;
  const goesOn = !existsSync(join(folder, 'summary.json')) && (await readFile(file, 'utf8').catch(() => '')) === text;
  if (goesOn) return;
  if (existsSync(folder)) await setAside(folder);
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
}

async function setAside(folder) {
  const { lockFolder } = await import(pathToFileURL(CORE).href);
  const lock = await lockFolder(folder);
  await rm(`${folder}-before`, { recursive: true, force: true });
  await rename(folder, `${folder}-before`);
  await lock.release();
}
