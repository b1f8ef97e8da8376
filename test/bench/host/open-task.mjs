import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classify, createModel, createRuntime, crossEntropy, fitAdapters, stepBatch } from '@modalkit/core';
import { createTrainable, openLoader, trainingProgram } from '@modalkit/core/training';
import { median } from '../tools/median.mjs';
import { noData } from '../tools/no-data.mjs';

const [WARM_UP, STEPS] = [2, 5];

/**
 * One input as a project of its own: `run` prepares all samples, `count` adds up what they hold; `cached` tells how many
 * samples a second are found prepared and made a batch, `step` how many a captured training step takes, `copied` how many become tensors.
 * @param {{ plugin: object, samples: readonly unknown[], batch: number, count: (prepared: any) => number, peerFiles?: (state: any) => Promise<void> }} task
 */
export async function openTask(backend, folder, { plugin, samples, batch, count, peerFiles }) {
  const runtime = createRuntime(configOf(plugin, batch), { folder });
  const rows = samples.map((raw, at) => ({
    id: `${at}`,
    split: 'train',
    inputs: { sample: raw },
    targets: { kind: at % 2 ? 'odd' : 'even' },
  }));
  const states = await fitAdapters(runtime, rows, folder);
  const { adapter } = runtime.inputs.sample;
  await peerFiles?.(states.sample);
  const context = {
    input: 'sample',
    state: states.sample,
    read: (file) => readFile(join(folder, file)),
    locate: async (file) => join(folder, file),
  };
  const loader = openLoader(runtime, states, folder);
  const some = rows.slice(0, batch);
  const host = await loader.batchOf(some);
  return {
    async run() {
      const prepared = [];
      for (const raw of samples) prepared.push(await adapter.prepare(raw, context));
      return prepared;
    },
    count: (prepared) => prepared.reduce((sum, one) => sum + count(one), 0),
    cached: async () => batch / (await secondsOf(() => loader.batchOf(some))),
    step: () => batch / secondsOfStep(createTrainable(createModel(runtime, backend, states)), host),
    copied: async () => batch / (await secondsOf(() => copy(backend.tf, host))),
    async dispose() {
      await loader.close();
      await runtime.dispose();
    },
  };
}

function configOf(plugin, batch) {
  return {
    inputs: { sample: plugin },
    space: { width: 128 },
    heads: { kind: classify({ classes: ['even', 'odd'], from: 'sample' }) },
    objectives: { kind: crossEntropy({ head: 'kind', target: 'kind' }) },
    data: { source: noData(), batch, workers: 0, cache: 'cache' },
    train: { steps: 1000 },
  };
}

async function secondsOf(work) {
  const taken = [];
  for (let round = 0; round < STEPS; round++) {
    const start = performance.now();
    await work();
    taken.push((performance.now() - start) / 1000);
  }
  return median(taken);
}

/** Makes a batch's tensors as a step does, and reads one number of each by an operation: until then tfjs may only have noted where they lie. */
function copy(tf, host) {
  tf.tidy(() => {
    for (const tensor of tf.tensor_util.getTensorsInContainer(stepBatch(tf, host, 0, 1))) {
      const each = (number) => tensor.shape.map(() => number);
      tf.slice(tensor, each(0), each(1));
    }
  });
}

function secondsOfStep(trainable, host) {
  const { backend } = trainable.model;
  const { tf } = backend;
  const program = backend.capture({ name: 'training step', ...trainingProgram(trainable) }, (sentence) => {
    throw new Error(sentence);
  });
  const given = { batches: { 0: stepBatch(tf, host, 0, 1) }, rate: tf.scalar(1e-3) };
  const taken = Array.from({ length: WARM_UP + STEPS }, () => {
    const start = performance.now();
    const measured = program.run(given);
    measured.loss.dataSync();
    tf.dispose(measured);
    return (performance.now() - start) / 1000;
  });
  program.dispose();
  return median(taken.slice(WARM_UP));
}
