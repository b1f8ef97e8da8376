// How long a service waits: from the start of Node, `load` of a trained run included, to the first answer.
import { join } from 'node:path';
import { ROOT } from '../../recipes/tools/packages.mjs';
import { node, withTrainedDigits } from './tools/digits.mjs';
import { median } from './tools/median.mjs';

const SERVICE = join(ROOT, 'test', 'bench', 'tools', 'first-answer.mjs');
const STARTS = 15;

export const bench = () =>
  withTrainedDigits(async (run) => {
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
