// Installs and builds all that `npm start` and `npm test` need, and nothing that is there already. Needs Node alone.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildCode, buildTypes } from './build.mjs';
import { interrupted, runChild, stopChildrenOnSignals } from './tools/children.mjs';
import { hashFiles, ROOT } from './tools/packages.mjs';
import { findPnpm } from './tools/pnpm.mjs';
import { readState, updateState } from './tools/setup-state.mjs';

const LOG = join(ROOT, '.setup', 'install.log');
const BACKEND = join(ROOT, 'packages', 'backend', 'dist', 'index.js');

/**
 * @param {{ quiet?: boolean }} [options] quiet: only what the user must know
 * @returns {Promise<{ seconds: number }>}
 * @throws Error with one sentence for the user
 */
export async function setup({ quiet = false } = {}) {
  const start = performance.now();
  const say = quiet ? () => undefined : (line) => console.log(`setup: ${line}`);
  checkNode();
  await installPackages(say);
  await timed(say, buildCode, (names) => names.length > 0 && `${names.length} packages built`);
  await Promise.all([timed(say, buildTypes, (built) => built && 'types written'), installNative(say)]);
  return { seconds: (performance.now() - start) / 1000 };
}

function checkNode() {
  const needed = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines.node.replace('>=', '');
  if (Number(process.versions.node.split('.')[0]) >= Number(needed)) return;
  throw new Error(`setup: Modalkit needs Node ${needed} or newer and this is Node ${process.versions.node}.`);
}

/** Fills node_modules as the lockfile says; no package may run a script. */
async function installPackages(say) {
  const hash = hashFiles([join(ROOT, 'pnpm-lock.yaml'), join(ROOT, 'pnpm-workspace.yaml')]);
  if (readState().install === hash && existsSync(join(ROOT, 'node_modules', '.pnpm'))) return;
  const { command, args, name } = await findPnpm();
  say(`installing packages with ${name}`);
  const install = async () => {
    rmSync(LOG, { force: true });
    const flags = ['install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline'];
    const env = { ...process.env, CI: 'true' }; // pnpm asks no question then
    const { code, output } = await runChild(command, [...args, ...flags], { cwd: ROOT, env, log: LOG });
    if (code !== 0) {
      const reason = /^.*(?:ERR_PNPM|npm error|ENOENT|ENOSPC).*$/m.exec(output)?.[0].trim() ?? `exit code ${code}`;
      throw new Error(
        `setup: installing packages failed (${reason}); all of it is in ${relative(process.cwd(), LOG)}.`,
      );
    }
    updateState({ install: hash });
  };
  await timed(say, install, () => 'packages installed');
}

/** Native TensorFlow into the per-user cache; where that cannot be had, a sentence, and a slower backend runs. */
async function installNative(say) {
  const { native = {}, code = {} } = readState();
  const key = [code['@modalkit/backend'], process.env.MODALKIT_CACHE].join();
  if (native.key === key && native.folder !== undefined && existsSync(native.folder)) return;
  const backend = await import(pathToFileURL(BACKEND).href);
  if (native.key === key && native.failed !== undefined && !(await backend.findNative())) {
    console.log(`setup: ${native.failed} (\`npx modalkit backend install\` tries again)`);
    return;
  }
  await timed(
    say,
    async () => {
      try {
        const { folder, wheel, reused } = await backend.installNative({
          signal: interrupted,
          onProgress: taskLines(say),
        });
        updateState({ native: { key, folder } });
        return reused ? undefined : `native TensorFlow ${wheel.version} installed`;
      } catch (error) {
        if (interrupted.aborted) throw error;
        updateState({ native: { key, failed: error.message } });
        console.log(`setup: ${error.message}`);
      }
    },
    (line) => line,
  );
}

/** A line for each task of an installation, when it begins. */
function taskLines(say) {
  let last;
  return ({ task }) => {
    if (task !== last) say(`native TensorFlow: ${task}`);
    last = task;
  };
}

/** Does the work, then says what `describe` makes of its result, with the time it took. */
async function timed(say, work, describe) {
  const start = performance.now();
  const line = describe(await work());
  if (line) say(`${line} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopChildrenOnSignals();
  try {
    const { seconds } = await setup();
    console.log(`setup: ready (${seconds.toFixed(1)} s)`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
