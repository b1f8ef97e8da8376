// Runs the main job shortened, as a user would, and looks at what its summary says; the last line is "N passed, N failed".
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, stopChildrenOnSignals } from '../recipes/tools/children.mjs';
import { ROOT } from '../recipes/tools/packages.mjs';

const SUMMARY = join(ROOT, 'runs', 'digits', 'summary.json');
/** What 300 steps must reach; guessing is 0.1, and 0.33 for the match. Measured: 0.92, 0.91, 0.69. */
const FLOORS = { 'zeroShot.en': 0.75, 'zeroShot.zh': 0.75, match: 0.5, 'retrieval.image->text.classR1': 0.5 };
const NUMBERS = ['retrieval.text->image.classR1', 'steps', 'trainSeconds', 'setupSeconds', 'peakRssMb'];

stopChildrenOnSignals();
rmSync(SUMMARY, { force: true });
const { code } = await runChild('npm', ['start', '--', '--quick'], { cwd: ROOT, show: true });
const summary = readSummary();
const field = (path) => path.split('.').reduce((value, key) => value?.[key], summary);
const checks = {
  'npm start -- --quick ends with 0': code === 0,
  'report.html is there': isPage(join(ROOT, 'runs', 'digits', 'report.html')),
  'backend is named': typeof summary?.backend === 'string',
  ...Object.fromEntries(NUMBERS.map((path) => [`${path} is a number`, Number.isFinite(field(path))])),
  ...Object.fromEntries(
    Object.entries(FLOORS).map(([path, floor]) => [
      `${path} = ${field(path)}, at least ${floor}`,
      field(path) >= floor,
    ]),
  ),
};
for (const [sentence, holds] of Object.entries(checks)) console.log(`${holds ? 'passed' : 'FAILED'}: ${sentence}`);
const passed = Object.values(checks).filter(Boolean).length;
const failed = Object.keys(checks).length - passed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function readSummary() {
  try {
    return JSON.parse(readFileSync(SUMMARY, 'utf8'));
  } catch {
    return undefined;
  }
}

function isPage(file) {
  try {
    return readFileSync(file, 'utf8').includes('</html>');
  } catch {
    return false;
  }
}
