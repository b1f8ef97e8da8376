import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeData } from '../../../recipes/five-digits/make-data.mjs';
import { server } from '../peers/server.mjs';
import { medianInterval } from '../tools/median-interval.mjs';

const WARM_UP = 2;
const TOLERANCE = 1e-4;
const round = (value) => Number(value.toFixed(3));

/**
 * An epoch in turn: our milliseconds and PyTorch's over the same samples, in as many steps.
 * @param {string} python @param {number} pairs @param {number} [threads] of each; with 1, none waits for another in processor time
 */
export async function compareRagged(python, pairs, threads = availableParallelism()) {
  // Here, since what it says on the way is no answer of a server.
  await makeData();
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-ragged-'));
  const ours = server(process.execPath, [join(import.meta.dirname, 'ours.mjs'), JSON.stringify({ folder, threads })]);
  try {
    const { weights } = await ours.ask({ epochs: 0 });
    const theirs = server(python, [join(import.meta.dirname, 'theirs.py'), JSON.stringify({ folder, threads })], {
      PYTHONDONTWRITEBYTECODE: '1',
    });
    try {
      const same = await checkSame(ours, theirs, weights);
      await ours.ask({ epochs: WARM_UP });
      await theirs.ask({ epochs: WARM_UP });
      const [ms, cpu] = [
        { ours: [], theirs: [] },
        { ours: [], theirs: [] },
      ];
      let last;
      for (let pair = 0; pair < pairs; pair++) {
        last = { ours: await ours.ask({ epochs: 1 }), theirs: await theirs.ask({ epochs: 1 }) };
        for (const name of ['ours', 'theirs']) {
          ms[name].push(last[name].ms[0]);
          cpu[name].push(last[name].cpuMs[0]);
        }
      }
      return { ...resultOf(ms, cpu, last.ours), ...same };
    } finally {
      theirs.stop();
    }
  } finally {
    ours.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the same weights and samples both have the same loss and gradient. */
async function checkSame(ours, theirs, weights) {
  const found = { ours: await ours.ask({ check: true }), theirs: await theirs.ask({ check: true }) };
  const { weights: theirWeights } = await theirs.ask({ epochs: 0 });
  if (weights !== theirWeights) throw new Error(`the models differ: ${weights}, ${theirWeights} weights`);
  for (const name of ['loss', 'gradientNorm']) {
    const [our, their] = [found.ours[name], found.theirs[name]];
    if (!(Math.abs(our - their) < TOLERANCE * their)) throw new Error(`the models differ: ${name} ${our}, ${their}`);
  }
  return { lossAtFirst: { ours: round(found.ours.loss), theirs: round(found.theirs.loss) } };
}

function resultOf(ms, cpu, { steps, graphs, mode, tokens }) {
  const ratio = medianInterval(ms.theirs.map((each, at) => each / ms.ours[at]));
  const perStep = (values) => round(medianInterval(values).median / steps);
  return {
    ratio: round(ratio.median),
    interval: [round(ratio.from), round(ratio.to)],
    /** Of processor time. */
    cpuRatio: round(medianInterval(cpu.theirs.map((each, at) => each / cpu.ours[at])).median),
    msPerStep: { ours: perStep(ms.ours), theirs: perStep(ms.theirs) },
    tokens,
    graphs,
    compiled: mode === 'captured',
  };
}
