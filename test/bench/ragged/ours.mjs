// Like theirs.py: reads {"epochs": n} a line, runs the epoch's steps so often, answers {"ms": [of each epoch], "cpuMs": [...], "loss": its mean, ...};
// {"check": true} is answered with {"loss": of a batch, "gradientNorm": its}.
import { createInterface } from 'node:readline';
import { selectBackend } from '@modalkit/backend';
import { createModel, stepBatch } from '@modalkit/core';
import { createTrainable, trainingProgram } from '@modalkit/core/training';
import { epoch } from './epoch.mjs';
import { writeArrays } from './write-arrays.mjs';

const { folder, threads } = JSON.parse(process.argv[2]);
const { runtime, states, ours, theirs, check, tokens } = await epoch();
const backend = await selectBackend({ threads });
const { tf } = backend;
const trainable = createTrainable(createModel(runtime, backend, states));
writeArrays(folder, { weights: weightsNow(), batches: theirs.map(plainBatch), check: plainBatch(check) });
const notices = [];
const ready = backend.capture({ name: 'training step', ...trainingProgram(trainable) }, (sentence) =>
  notices.push(sentence),
);
const [rate, none] = [tf.scalar(1e-3), tf.scalar(0)];
let step = 0;

function weightsNow() {
  const arrays = [...trainable.model.weights].map(([name, { variable }]) => [
    name,
    { dtype: variable.dtype, shape: variable.shape, data: variable.dataSync() },
  ]);
  return Object.fromEntries(arrays);
}

function plainBatch({ inputs, targets }) {
  const of = (pick) => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, pick(input)]));
  return { inputs: of(({ arrays }) => arrays), present: of(({ present }) => present), digit: targets.digit.values };
}

/** Copying the batch belongs to the step. */
function runStep(host, rate) {
  const batch = stepBatch(tf, host, 0, step++);
  const measured = ready.run({ batches: { 0: batch }, rate });
  const [loss, gradientNorm] = [measured.loss, measured.gradientNorm].map((number) => number.dataSync()[0]);
  tf.dispose([measured, batch]);
  return { loss, gradientNorm };
}

function run(epochs) {
  const [ms, cpuMs] = [[], []];
  let loss = 0;
  for (let run = 0; run < epochs; run++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    loss = ours.reduce((sum, host) => sum + runStep(host, rate).loss, 0) / ours.length;
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    cpuMs.push((user + system) / 1000);
  }
  const weights = trainable.flat.sizes.reduce((sum, size) => sum + size, 0);
  const { mode, graphs } = ready.info();
  const about = { weights, tokens, mode, graphs: graphs.length, notices, steps: ours.length, backend: backend.id };
  return { ms, cpuMs, loss, ...about };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { check, epochs } = JSON.parse(line);
  // At a rate of 0 no weight changes.
  console.log(JSON.stringify(check ? runStep(ours[0], none) : run(epochs)));
}
process.exit(0);
