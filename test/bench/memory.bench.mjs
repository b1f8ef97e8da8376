// Peak memory of the captured step of `peers` as its batch grows, whole and in microbatches, recording included; each in a process of
// its own: npm run bench -- memory --json [--batches 64,128,256] [--microbatch 32]
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { server } from './peers/server.mjs';

const STEPS = 3;

export async function bench(args) {
  const text = { type: 'string' };
  const options = { batches: text, microbatch: text, json: { type: 'boolean' } };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const { batches = '64,128,256', microbatch = '32' } = values;
  const rssMb = { whole: {}, pieces: {} };
  for (const batch of batches.split(',').map(Number)) {
    rssMb.whole[batch] = await peak({ batch });
    rssMb.pieces[batch] = await peak({ batch, microbatch: Number(microbatch) });
  }
  const growth = (peaks) => {
    const all = Object.values(peaks);
    return Number((all.at(-1) / all[0]).toFixed(3));
  };
  return {
    microbatch: Number(microbatch),
    growth: { whole: growth(rssMb.whole), pieces: growth(rssMb.pieces) },
    rssMb,
  };
}

async function peak(plan) {
  const ours = join(import.meta.dirname, 'peers', 'ours.mjs');
  const child = server(process.execPath, [ours, JSON.stringify({ ...plan, threads: availableParallelism() })]);
  try {
    const { rssMb, info, notices } = await child.ask({ steps: STEPS });
    if (info.mode !== 'captured') throw new Error(`memory: the step did not run captured: ${notices.join(' ')}`);
    return Math.round(rssMb);
  } finally {
    child.stop();
  }
}
