import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './packages.mjs';

const CORE = join(ROOT, 'packages', 'core', 'dist', 'index.js');

/**
 * Readies `runs/<name>`: a run that was stopped goes on when it is started with the same options; one that is finished, or
 * was started with others, is kept as `runs/<name>-before`, in place of the last one kept, and a new one begins: that is said.
 * @param {string} folder
 * @param {readonly string[]} options
 * @param {{ finished?: boolean, say?: (line: string) => void }} [more] `finished` where a summary.json doesn't tell
 * @throws ModalkitError LOCKED when that run is still going
 */
export async function openRunFolder(folder, options, more = {}) {
  const { finished = existsSync(join(folder, 'summary.json')), say = console.log } = more;
  const file = join(folder, 'options.json');
  const text = `${JSON.stringify(options)}\n`;
  if (!finished && (await readFile(file, 'utf8').catch(() => '')) === text) return;
  if (existsSync(folder)) {
    const replaced = existsSync(`${folder}-before`) ? ', in place of the one that was there' : '';
    await setAside(folder);
    const why = finished ? 'is finished' : 'was started with other options';
    say(`${folder} ${why}: it is kept as ${basename(folder)}-before${replaced}, and a new run begins.`);
  }
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
