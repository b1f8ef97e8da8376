// A training step beside the same model in PyTorch, ours and theirs in turn, each in a process of its own:
//   npm run bench -- peers --json --python <python of a virtual environment that has torch> [--pairs 20] [--batches 16,64,256] [--compilers]
// Nothing else should run on the machine: both use every processor.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareCompilers } from './peers/compilers.mjs';
import { SHAPE } from './peers/model.mjs';
import { server } from './peers/server.mjs';
import { compareRagged } from './ragged/compare.mjs';
import { medianInterval } from './tools/median-interval.mjs';

const HERE = join(import.meta.dirname, 'peers');
const WARM_UP = 3;

export async function bench(args) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }];
  const options = { python: text, pairs: text, batches: text, compilers: flag, json: flag };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const { python = 'python3', pairs = '20', batches = '16,64,256' } = values;
  if (spawnSync(python, ['-c', 'import torch']).status !== 0)
    throw new Error(
      `${python} cannot import torch: name a Python that can by --python (see docs/guides/performance.md).`,
    );
  const told = async (part, measuring) => {
    const found = await measuring;
    console.error(`${part}: ${JSON.stringify(found)}`);
    return found;
  };
  const ragged = await told('ragged', compareRagged(python, Number(pairs)));
  const measured = {};
  for (const batch of batches.split(',').map(Number))
    measured[batch] = await told(`batch ${batch}`, compare(python, batch, Number(pairs)));
  const gemmShare = await told('gemmShare', shareOfProducts(64, Number(pairs)));
  const of = (pick) => Object.fromEntries(Object.entries(measured).map(([batch, found]) => [batch, pick(found)]));
  const main = measured[64] ?? Object.values(measured)[0];
  return {
    ratio: main.ratio.median,
    ratios: of(({ ratio }) => ratio.median),
    intervals: of(({ ratio: { from, to } }) => [from, to]),
    rssRatio: main.rssRatio,
    ragged,
    gemmShare,
    ...(values.compilers && { compilers: await compareCompilers(python, Number(pairs)) }),
    compiled: Object.values(measured).every(({ compiled }) => compiled),
    backend: main.backend,
    ms: of(({ ms }) => ms),
    rssMb: of(({ rssMb }) => rssMb),
  };
}

/** Pairs of one step each, in turn. */
async function compare(python, batch, pairs) {
  const threads = availableParallelism();
  const ours = server(process.execPath, [join(HERE, 'ours.mjs'), JSON.stringify({ batch, threads })]);
  try {
    const { classes, weights } = await ours.ask({ steps: WARM_UP });
    const plan = JSON.stringify({ ...SHAPE, batch, threads, classes });
    const theirs = server(python, [join(HERE, 'theirs.py'), plan]);
    try {
      const same = await theirs.ask({ steps: WARM_UP });
      // The mask token of pictures is all that theirs lacks.
      if (weights - same.weights !== SHAPE.width)
        throw new Error(`the models differ: ${weights}, ${same.weights} weights`);
      const taken = { ours: [], theirs: [] };
      const last = {};
      for (let pair = 0; pair < pairs; pair++) {
        last.ours = await ours.ask({ steps: 1 });
        last.theirs = await theirs.ask({ steps: 1 });
        for (const name of ['ours', 'theirs']) taken[name].push(last[name].ms[0]);
      }
      return resultOf(taken, last);
    } finally {
      theirs.stop();
    }
  } finally {
    ours.stop();
  }
}

function resultOf({ ours, theirs }, last) {
  const round = (value) => Number(value.toFixed(3));
  const { median, from, to } = medianInterval(theirs.map((ms, pair) => ms / ours[pair]));
  const rssMb = { ours: Math.round(last.ours.rssMb), theirs: Math.round(last.theirs.rssMb) };
  return {
    ratio: { median: round(median), from: round(from), to: round(to) },
    rssRatio: round(rssMb.ours / rssMb.theirs),
    compiled: last.ours.info.mode === 'captured',
    backend: last.ours.backend,
    ms: { ours: round(medianInterval(ours).median), theirs: round(medianInterval(theirs).median) },
    rssMb,
  };
}

async function shareOfProducts(batch, pairs) {
  const child = server(process.execPath, [
    join(HERE, 'gemm.mjs'),
    JSON.stringify({ batch, threads: availableParallelism() }),
  ]);
  try {
    await child.ask({ pairs: WARM_UP });
    const { steps, gemms } = await child.ask({ pairs });
    return Number(medianInterval(gemms.map((ms, pair) => ms / steps[pair])).median.toFixed(3));
  } finally {
    child.stop();
  }
}
