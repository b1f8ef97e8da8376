// Trains a small model with large attention on the native backend; out-of-memory.test.ts runs it with and without a limit.
import { readFileSync } from 'node:fs';
import { selectBackend } from '@modalkit/backend';
import { CONTRACT, DATA_SOURCE, definePlugin } from '@modalkit/contract';
import {
  createModel,
  createRuntime,
  createTrainable,
  fitAdapters,
  infoNCE,
  maskedModelling,
  openCheckpoints,
  openLoader,
  stepBatch,
  train,
  trainingProgram,
} from '@modalkit/core';
import { text } from '@modalkit/text';

const BATCH = 32;
const WORDS = 500;

const samples = Array.from({ length: BATCH }, (_, row) => ({
  id: `s${row}`,
  split: 'train',
  inputs: { story: Array.from({ length: WORDS }, (_, at) => `w${(at * 7 + row) % 90}`).join(' '), title: `w${row}` },
  targets: {},
}));
samples.push({ ...samples[0], id: 'held-out', split: 'test', inputs: { title: 'w0' } });

const memory = definePlugin(() => ({
  id: 'test-memory',
  contract: CONTRACT,
  setup: (scope) =>
    scope.provide(DATA_SOURCE, () => ({
      id: 'test-memory',
      options: null,
      load: async () => ({ root: '/', samples, rejected: [] }),
    })),
}));

/** @param {number | undefined} microbatch @param {number} steps */
const project = (microbatch, steps) =>
  createRuntime(
    {
      inputs: {
        story: text({ tokenizer: 'wordpiece', vocabulary: 300, maxTokens: 512, width: 32, layers: 1 }),
        title: text({ tokenizer: 'wordpiece', vocabulary: 300, maxTokens: 512, width: 32, layers: 1, share: 'story' }),
      },
      space: { width: 32 },
      masking: { story: { kind: 'random', ratio: 0.2 } },
      objectives: { pair: infoNCE(), words: maskedModelling({ input: 'story' }) },
      data: { source: memory(), batch: BATCH, workers: 0, cache: false },
      train: { steps, saveEvery: 2, learningRate: 1e-3, schedule: 'constant', microbatch },
    },
    { folder: '/' },
  );

const peakBytes = () => 1024 * Number(/VmPeak:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);

/** A run, and what it has come to. */
async function trained(folder, steps, microbatch) {
  const notes = [];
  const losses = [];
  const report = (event) => {
    if (event.kind === 'notice' && event.guard) notes.push(event.guard.microbatch);
    if (event.kind === 'step') losses.push(event.values.loss);
  };
  const runtime = project(microbatch, steps);
  const reporters = [{ id: 'test', report }];
  const { step } = await train({ runtime, backend: await selectBackend(), folder, reporters });
  const { documents } = await (await openCheckpoints(`${folder}/checkpoints`, { keep: 2 })).latest();
  return { step, losses, halved: notes, stored: documents.state.microbatch ?? null, peakBytes: peakBytes() };
}

/** One step without the guard around it: the control. */
async function unguarded() {
  const runtime = project(undefined, 1);
  const training = samples.slice(0, BATCH);
  const states = await fitAdapters(runtime, training, '/');
  const backend = await selectBackend();
  const trainable = createTrainable(createModel(runtime, backend, states));
  const batch = stepBatch(backend.tf, await openLoader(runtime, states, '/').batchOf(training), 0, 0);
  try {
    trainingProgram(trainable).run({ batches: { 0: batch }, rate: backend.tf.scalar(1e-3) });
    return { refused: null };
  } catch (error) {
    return { refused: error.message };
  }
}

const [what, folder, steps, microbatch] = process.argv.slice(2);
const found =
  what === 'train'
    ? await trained(folder, Number(steps), microbatch ? Number(microbatch) : undefined)
    : await unguarded();
console.log(JSON.stringify(found));
process.exit(0);
