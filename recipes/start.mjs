// npm start [-- --quick --seed 2 --fusion early …]     set-up, then the main job: recipes/digits
// npm run recipe -- <name> [options]                   set-up, then another recipe; --help tells its options
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setup } from './setup.mjs';
import { stopChildrenOnSignals } from './tools/children.mjs';
import { ROOT } from './tools/packages.mjs';
import { openRunFolder } from './tools/run-folder.mjs';

const MAIN_JOB = 'digits';
/** What `--quick` stands for: enough steps to see that all of it works. */
const QUICK = ['--steps', '300'];
const RECIPES = join(ROOT, 'recipes');

/** The recipes there are: folders with a config. */
const recipeNames = () => readdirSync(RECIPES).filter((name) => existsSync(join(RECIPES, name, 'modalkit.config.ts')));

/** Makes a recipe's data if it is missing, then trains it: the one place that starts a run. Resolves to its exit code. */
async function runRecipe(name, args, setupSeconds) {
  const options = args.flatMap((arg) => (arg === '--quick' ? QUICK : [arg]));
  const flags = ['--setup-seconds', setupSeconds.toFixed(1)];
  const own = await runOf(name);
  if (own) return own.run({ runs: join(ROOT, 'runs'), args: options, flags, makeData: () => makeData(name), modalkit });
  await makeData(name);
  const folder = join('runs', name);
  await openRunFolder(join(ROOT, folder), options);
  const code = await modalkit(['train', `recipes/${name}`, '--run', folder, ...flags, ...options]);
  if (code === 0) await summarise(name, join(ROOT, folder));
  return code;
}

/** The run of its own that a recipe may have: `run` and `HELP`. */
async function runOf(name) {
  const file = join(RECIPES, name, 'run.mjs');
  return existsSync(file) ? import(pathToFileURL(file).href) : undefined;
}

/** Makes a recipe's data unless it is there. Resolves to its folder, where the recipe makes any. */
async function makeData(name) {
  const maker = join(RECIPES, name, 'make-data.mjs');
  if (!existsSync(maker)) return undefined;
  const start = performance.now();
  const { folder, pictures, reused } = await (await import(pathToFileURL(maker).href)).makeData();
  if (!reused) console.log(`data: ${pictures} pictures written (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return folder;
}

/** Writes summary.json in a recipe's own words, where it has some; a recipe with a run of its own does it by itself. */
async function summarise(name, folder) {
  const module = join(RECIPES, name, 'summary.mjs');
  if (!existsSync(module)) return;
  const { summarise: inItsWords } = await import(pathToFileURL(module).href);
  const read = async (file) => JSON.parse(await readFile(join(folder, file), 'utf8'));
  const summary = inItsWords(await read('summary.json'), await read('run.json'));
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`Summary: ${join(folder, 'summary.json')}`);
}

/** Runs the command on the terminal. Ctrl-C is the command's own: it finishes its step and saves, and this process waits. */
function modalkit(args) {
  const bin = join(ROOT, 'packages', 'cli', 'bin.mjs');
  const child = spawn(process.execPath, [bin, ...args], { cwd: ROOT, stdio: 'inherit' });
  process.removeAllListeners('SIGINT').on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.removeAllListeners(signal).on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9 }[signal] ?? 15)));
  });
}

async function main(args) {
  const named = args[0] === '--recipe';
  const name = named ? args[1] : MAIN_JOB;
  if (!recipeNames().includes(name)) {
    console.error(`recipe: there is none called ${name ?? '(no name given)'}; there are ${recipeNames().join(', ')}.`);
    return 1;
  }
  const help = args.includes('--help') && (await runOf(name))?.HELP;
  if (help) {
    console.log(help);
    return 0;
  }
  stopChildrenOnSignals();
  try {
    const { seconds } = await setup();
    return await runRecipe(name, named ? args.slice(2) : args, seconds);
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
