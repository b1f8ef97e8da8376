// What each objective, balancer and cached gradients add to a training step: npm run bench -- objectives --json [--rounds 30] [--only pcGrad]
// The plain step trains towers, fusion and a head; beside it the same model with one thing more, a step of each in turn.
// Gradient blending looks at the losses between steps only and is not among them.
import { parseArgs } from 'node:util';
import { selectBackend } from '@modalkit/backend';
import { trainingProgram } from '@modalkit/core/training';
import { countFlops } from './objectives/count-flops.mjs';
import { modelWith, OBJECTIVES, randomBatch, WAYS } from './objectives/model.mjs';
import { medianInterval } from './tools/median-interval.mjs';

const WARM_UP = 3;

export async function bench(args) {
  const options = { rounds: { type: 'string', default: '30' }, only: { type: 'string' }, json: { type: 'boolean' } };
  const { only, ...values } = parseArgs({ args, options, allowPositionals: true }).values;
  const rounds = Number(values.rounds);
  const backend = await selectBackend();
  const plain = await stepOf(backend);
  const batch = randomBatch(backend.tf, plain.classes);
  const measure = async (all) => {
    const measured = {};
    for (const [name, { passes = false, ...parts }] of Object.entries(all)) {
      if (only !== undefined && only !== name) continue;
      const added = await stepOf(backend, parts);
      measured[name] = { ...compare(plain, added, batch, rounds), ownPasses: passes };
      added.dispose();
    }
    return measured;
  };
  const objectives = await measure(OBJECTIVES);
  const ways = await measure(WAYS);
  const all = Object.values({ ...objectives, ...ways });
  if (all.length === 0)
    throw new Error(`--only ${only}: there are ${Object.keys({ ...OBJECTIVES, ...WAYS }).join(', ')}`);
  const alone = Object.values(objectives).filter(({ ownPasses }) => !ownPasses);
  const { plainMs, plainGflops } = all[0];
  return {
    mostAlone: alone.length > 0 ? Math.max(...alone.map(({ share }) => share)) : null,
    plainMs,
    plainGflops,
    objectives,
    ways,
    compiled: plain.compiled(),
    backend: backend.id,
  };
}

/** A step of the model, captured where the backend can. */
async function stepOf(backend, added) {
  const { tf } = backend;
  const trainable = await modelWith(backend, added);
  const program = { name: 'training step', ...trainingProgram(trainable) };
  const ready = backend.capture?.(program, (sentence) => console.error(sentence)) ?? program;
  const rate = tf.scalar(1e-4);
  const run = (how, batch) => {
    const start = performance.now();
    const measured = how.run({ batches: { 0: batch }, rate });
    const loss = measured.loss.dataSync()[0];
    tf.dispose(measured);
    if (!Number.isFinite(loss)) throw new Error('the loss is not finite');
    return performance.now() - start;
  };
  return {
    classes: trainable.model.states.caption.classes,
    time: (batch) => run(ready, batch),
    flops: (batch) => (backend.id === 'native' ? countFlops(tf, () => run(program, batch)) : undefined),
    compiled: () => ready.info?.().mode === 'captured',
    dispose: () => {
      ready.dispose?.();
      trainable.dispose();
      trainable.model.dispose();
    },
  };
}

/** Steps in turn: what loads the machine meanwhile loads both. */
function compare(plain, added, batch, rounds) {
  for (let round = 0; round < WARM_UP; round++) for (const step of [plain, added]) step.time(batch);
  const taken = Array.from({ length: rounds }, () => [plain.time(batch), added.time(batch)]);
  const round = (value) => Number(value.toFixed(3));
  const { median, from, to } = medianInterval(taken.map(([before, after]) => after / before - 1));
  const [plainFlops, addedFlops] = [plain, added].map((step) => step.flops(batch));
  const giga = (flops) => (Number.isNaN(flops) || flops === undefined ? null : round(flops / 1e9));
  return {
    share: round(median),
    interval: [round(from), round(to)],
    ms: round(medianInterval(taken.map(([before, after]) => after - before)).median),
    gflops: giga(addedFlops - plainFlops),
    plainMs: round(medianInterval(taken.map(([before]) => before)).median),
    plainGflops: giga(plainFlops),
  };
}
