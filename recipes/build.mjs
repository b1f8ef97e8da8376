// npm run build: code and types of every package whose sources have changed. docs/decisions/build.md says how and why.
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild, stopChildrenOnSignals } from './tools/children.mjs';
import { filesBelow, hashFiles, ROOT, workspacePackages } from './tools/packages.mjs';
import { readState, updateState } from './tools/setup-state.mjs';

const LOG = join(ROOT, '.setup', 'build.log');
const TSUP = join(ROOT, 'node_modules', 'tsup', 'dist', 'cli-default.js');
const SHARED = ['tsup.config.ts', 'tsconfig.base.json', 'pnpm-lock.yaml'].map((file) => join(ROOT, file));

/** What a package's build reads beside its own folder. */
const ALSO = { 'create-modalkit': join(ROOT, 'templates') };

/** Packages with a build script, each with the hash of all that its `dist` follows from. */
function builtPackages() {
  return workspacePackages()
    .filter(({ manifest }) => manifest.scripts?.build)
    .map(({ folder, manifest }) => {
      const own = ['package.json', 'tsup.config.ts']
        .map((file) => join(folder, file))
        .filter((file) => existsSync(file));
      const also = ALSO[manifest.name] ? filesBelow(ALSO[manifest.name]) : [];
      const files = [...SHARED, ...own, ...filesBelow(join(folder, 'src')), ...also];
      return { folder, name: manifest.name, script: manifest.scripts.build, hash: hashFiles(files) };
    });
}

/**
 * Bundles what has changed, as many packages at a time as there are cores.
 * @returns {Promise<string[]>} the names of the packages it has built
 */
export async function buildCode() {
  const { code = {} } = readState();
  const stale = builtPackages().filter(
    ({ folder, name, hash }) => code[name] !== hash || !existsSync(join(folder, 'dist', 'index.js')),
  );
  const queue = [...stale];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await bundle(next);
      updateState({ code: { ...readState().code, [next.name]: next.hash } });
    }
  };
  if (stale.length > 0) rmSync(LOG, { force: true });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  return stale.map(({ name }) => name);
}

/** A package's build script is `tsup` and its arguments; run without the package manager, which would cost more than the build. */
async function bundle({ folder, name, script }) {
  const [tool, ...args] = script.split(' ');
  if (tool !== 'tsup') throw new Error(`build: ${name}'s build script must begin with tsup, it is "${script}".`);
  await must(name, process.execPath, [TSUP, ...args, '--silent'], folder);
}

/**
 * Writes the declarations when any source has changed.
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function buildTypes() {
  const packages = builtPackages();
  const hash = createHash('sha256')
    .update(packages.map((each) => each.hash).join())
    .digest('hex');
  const there = packages.every(({ folder }) => existsSync(join(folder, 'dist', 'index.d.ts')));
  if (there && readState().types === hash) return false;
  await must('types', process.execPath, [join(ROOT, 'recipes', 'tools', 'build-types.mjs')], ROOT);
  updateState({ types: hash });
  return true;
}

async function must(what, command, args, cwd) {
  const { code, output } = await runChild(command, args, { cwd, log: LOG });
  if (code === 0) return;
  const said = output.trim().split('\n').slice(0, 5).join('\n  ');
  throw new Error(`build: ${what} failed; all of it is in ${relative(process.cwd(), LOG)}:\n  ${said}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopChildrenOnSignals();
  const start = performance.now();
  try {
    const [names, types] = await Promise.all([buildCode(), buildTypes()]);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(names.length || types ? `built ${names.join(', ') || 'types'} (${seconds} s)` : 'nothing has changed');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
