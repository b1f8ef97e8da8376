import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runChild } from './children.mjs';
import { ROOT } from './packages.mjs';

/** @typedef {{ command: string, args: string[], name: string }} Pnpm how pnpm is called: put its own arguments after `args` */

/**
 * The machine's pnpm when its major version is the one that package.json pins, else the pinned one through npm, which
 * fetches it by the user's own npm settings.
 * @returns {Promise<Pnpm>}
 */
export async function findPnpm() {
  const pinned = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager;
  const version = pinned.slice('pnpm@'.length);
  const env = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
  const { code, output } = await runChild('pnpm', ['--version'], { cwd: ROOT, env });
  if (code === 0 && major(output) === major(version))
    return { command: 'pnpm', args: [], name: `pnpm ${output.trim()}` };
  const npm = process.env.npm_execpath;
  const own = npm !== undefined && basename(npm) === 'npm-cli.js';
  const args = ['exec', '--yes', '--', pinned];
  return own
    ? { command: process.execPath, args: [npm, ...args], name: `${pinned} through npm` }
    : { command: 'npm', args, name: `${pinned} through npm` };
}

const major = (version) => version.trim().split('.')[0];
