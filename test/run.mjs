// npm test [-- <vitest filters>]      set-up if it is missing, then every kind of check at reduced counts, about 5 minutes
// npm run test:full                   the full counts: faults, resume in fresh processes, recipes, journeys
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setup } from '../recipes/setup.mjs';
import { runChild, stopChildrenOnSignals } from '../recipes/tools/children.mjs';
import { ROOT } from '../recipes/tools/packages.mjs';
import { countTests } from './count-tests.mjs';

const RESULTS = join(ROOT, '.setup', 'vitest.json');
const LOG = join(ROOT, '.setup', 'vitest.log');
const bin = (...path) => join(ROOT, 'node_modules', ...path);

/** A check that passes or fails as a whole. */
async function check(name, args) {
  const start = performance.now();
  const { code, output } = await runChild(process.execPath, args, { cwd: ROOT });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code !== 0) console.log(output.trim());
  console.log(`${name}: ${code === 0 ? 'passed' : 'failed'} (${seconds} s)`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** All tests; what they print goes on as it comes. */
async function tests(full, filters) {
  for (const file of [RESULTS, LOG]) rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const env = { ...process.env, MODALKIT_FULL: full ? '1' : '' };
  const args = [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...filters];
  const { code } = await runChild(process.execPath, args, { cwd: ROOT, env, log: LOG, show: true });
  return countTests(readResults(), code);
}

function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return undefined;
  }
}

async function main(args) {
  const full = args.includes('--full');
  const filters = args.filter((arg) => arg !== '--full');
  await setup();
  const counts = [
    ...(await Promise.all([
      check('typecheck', [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']),
      check('lint', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']),
    ])),
    await tests(full, filters),
  ];
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

stopChildrenOnSignals();
let result = { passed: 0, failed: 1 };
try {
  result = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
}
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed > 0 ? 1 : 0;
