import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../recipes/tools/children.mjs';
import { ROOT } from '../recipes/tools/packages.mjs';
import { countTests } from './count-tests.mjs';

const RESULTS = join(ROOT, '.setup', 'vitest.json');
const LOG = join(ROOT, '.setup', 'vitest.log');

/**
 * Runs the tests and returns their counts; what they print goes on as it comes.
 * @param {boolean} full the full counts
 * @param {string[]} filters parts of files' paths; all tests when empty
 */
export async function runTests(full, filters) {
  for (const file of [RESULTS, LOG]) rmSync(file, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const env = { ...process.env, MODALKIT_FULL: full ? '1' : '' };
  const args = [vitest, 'run', ...reporters, ...filters];
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
