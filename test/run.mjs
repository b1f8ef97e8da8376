// npm test [-- <vitest filters>]      set-up if it is missing, then every kind of check at reduced counts, 12 to 17 minutes
// npm run test:full                   the full counts: faults, resume in fresh processes, recipes, journeys
import { join } from 'node:path';
import { setup } from '../recipes/setup.mjs';
import { runChild, stopChildrenOnSignals } from '../recipes/tools/children.mjs';
import { ROOT } from '../recipes/tools/packages.mjs';
import { printCounts } from './print-counts.mjs';
import { runTests } from './run-tests.mjs';

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

async function main(args) {
  const full = args.includes('--full');
  const filters = args.filter((arg) => arg !== '--full');
  await setup();
  const counts = [
    ...(await Promise.all([
      check('typecheck', [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']),
      check('lint', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']),
    ])),
    await runTests(full, filters),
  ];
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

stopChildrenOnSignals();
await printCounts(() => main(process.argv.slice(2)));
