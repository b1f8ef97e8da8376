// What the host does with a sample before a step, by the adapters' own `prepare`, beside its Python peer, a round of each in turn; and
// beside a captured step on the same samples, which must not wait for it:
//   npm run bench -- host --json --python <python with tokenizers, Pillow, librosa, torchaudio, av, numpy> [--rounds 7] [--only video]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@modalkit/backend';
import { openTask } from './host/open-task.mjs';
import { TASKS } from './host/tasks.mjs';
import { server } from './peers/server.mjs';
import { medianInterval } from './tools/median-interval.mjs';

const round = (value) => Number(value.toFixed(3));
/** Both sides count what they made: it must be the same but for rounding, and for how a picture is decoded. */
const SAME = 0.01;

export async function bench(args) {
  const text = { type: 'string' };
  const options = { python: text, rounds: text, only: text, json: { type: 'boolean' } };
  const { python = 'python3', rounds = '7', only } = parseArgs({ args, options, allowPositionals: true }).values;
  if (only !== undefined && !TASKS[only]) throw new Error(`--only ${only}: there are ${Object.keys(TASKS).join(', ')}`);
  const backend = await selectBackend();
  const measured = {};
  for (const name of only ? [only] : Object.keys(TASKS))
    measured[name] = await inFolder((folder) => measure(name, folder, backend, python, Number(rounds)));
  const largest = (name) => Math.max(...Object.values(measured).map((task) => task[name]));
  return {
    largestShare: largest('share'),
    largestUncachedShare: largest('uncachedShare'),
    largestCopyShare: largest('copyShare'),
    ...measured,
    backend: backend.id,
  };
}

async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-bench-host-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(name, folder, backend, python, rounds) {
  const { peers, ...task } = await TASKS[name](folder);
  const ours = await openTask(backend, folder, task);
  const theirs = server(python, [join(import.meta.dirname, 'host', 'theirs.py'), folder]);
  try {
    const times = await inTurn(ours, theirs, peers, rounds);
    const perSecond = (seconds) => round(task.samples.length / medianInterval(seconds).median);
    const step = round(ours.step());
    const [prepared, cached] = [perSecond(times.ours), round(await ours.cached())];
    const copied = round(await ours.copied());
    return {
      perSecond: { ours: prepared, cached, copied, step },
      // Of one worker's time, how much the step asks for: of samples found prepared, and without a cache. Below 1 it never waits.
      share: round(step / cached),
      uncachedShare: round(step / prepared),
      // Of a step, what goes into making its batch tensors: the only part of the way to it that does not run ahead.
      copyShare: round(step / copied),
      peers: Object.fromEntries(peers.map((peer) => [peer, compared(times.ours, times[peer], perSecond)])),
    };
  } finally {
    theirs.stop();
    await ours.dispose();
  }
}

/** Seconds of each round of ours and of every peer; the first is not counted. A peer that cannot be imported says why. */
async function inTurn(ours, theirs, peers, rounds) {
  const times = { ours: [], ...Object.fromEntries(peers.map((peer) => [peer, []])) };
  for (let turn = -1; turn < rounds; turn++) {
    const start = performance.now();
    const prepared = await ours.run();
    const own = (performance.now() - start) / 1000;
    const made = ours.count(prepared);
    if (turn >= 0) times.ours.push(own);
    for (const peer of peers) {
      const [seconds, same] = await theirs.ask({ peer });
      if (seconds === null) times[peer] = same;
      else if (Math.abs(made - same) > SAME * Math.abs(made))
        throw new Error(`host: ours made ${made}, ${peer} ${same}: they do not do the same.`);
      else if (turn >= 0) times[peer].push(seconds);
    }
  }
  return times;
}

/** `ratio` is theirs by ours, more than 1 where ours is faster. */
function compared(ours, theirs, perSecond) {
  if (typeof theirs === 'string') return { skipped: theirs };
  const { median, from, to } = medianInterval(theirs.map((seconds, at) => seconds / ours[at]));
  return { perSecond: perSecond(theirs), ratio: round(median), interval: [round(from), round(to)] };
}
