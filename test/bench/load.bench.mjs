// How long a service waits: from the start of Node, `load` of a trained run included, to the first answer.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { DIGITS, withDigits } from './tools/digits.mjs';
import { median } from './tools/median.mjs';

const BIN = join(ROOT, 'packages', 'cli', 'bin.mjs');
const SERVICE = join(ROOT, 'test', 'bench', 'tools', 'first-answer.mjs');
const STARTS = 15;

export const bench = () =>
  withDigits(async (folder) => {
    const run = join(folder, 'run');
    node([BIN, 'train', DIGITS, '--run', run, '--steps', '2', '--no-report']);
    const starts = Array.from({ length: STARTS }, () => JSON.parse(node([SERVICE, run])));
    const of = (key) => Math.round(median(starts.map((each) => each[key])));
    const worst = Math.round(Math.max(...starts.map(({ firstAnswerMs }) => firstAnswerMs)));
    return {
      firstAnswerMs: of('firstAnswerMs'),
      worstMs: worst,
      cpuMs: of('cpuMs'),
      loadMs: of('loadMs'),
      backend: starts[0].backend,
    };
  });

function node(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench: node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
