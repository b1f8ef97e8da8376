// Simulates the recordings of recipes/machine: node recipes/machine/make-data.mjs
//
// Sound machines to train and to calibrate on, and others that go wrong to test on: written as `modalkit record` would, much faster than
// they last. None of it was measured on a real machine.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginData } from '../tools/begin-data.mjs';
import { runChild } from '../tools/children.mjs';
import { filesBelow, hashFiles } from '../tools/packages.mjs';
import { plan } from './plan.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(HERE, 'data');
/** That machines are watched in all. */
export const HOURS = 5;
const WRITER = join(HERE, 'rig', 'write.mjs');

/** @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} `pictures` are seconds */
export async function makeData({ folder = DATA, sessions = plan(HOURS) } = {}) {
  const seconds = sessions.reduce((sum, session) => sum + session.seconds, 0);
  const goal = `${hashFiles(filesBelow(join(HERE, 'rig')))} ${JSON.stringify(sessions)}`;
  const stamp = join(folder, 'stamp.txt');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === goal) return { folder, pictures: seconds, reused: true };
  await beginData(folder, goal);
  await writeSessions(sessions.map((session) => ({ folder: join(folder, session.name), session })));
  await writeFile(stamp, goal);
  return { folder, pictures: seconds, reused: false };
}

/** Simulates sessions into folders, each core a share. @param {readonly { folder: string, session: import('./rig/rig.mjs').Session }[]} all */
export async function writeSessions(all) {
  const cores = Math.min(availableParallelism(), 4, all.length);
  const shares = Array.from({ length: cores }, (_, core) => all.filter((_, at) => at % cores === core));
  const done = await Promise.all(shares.map((share) => runChild(process.execPath, [WRITER, JSON.stringify(share)])));
  const failed = done.find(({ code }) => code !== 0);
  if (failed) throw new Error(`machine: the simulator failed: ${failed.output.trim()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} seconds ${reused ? 'are already in' : 'written to'} ${folder}`);
}
