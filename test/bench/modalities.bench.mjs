// What a training step costs with two to five inputs, each with a tower of its own, and with many plugins that it does not use:
//   npm run bench -- modalities --json [--rounds 20]
// Processor time of all threads, a captured step of each in turn, so that other work on the machine weighs on all alike.
import { parseArgs } from 'node:util';
import { selectBackend } from '@modalkit/backend';
import { CONTRACT, definePlugin, REPORTER } from '@modalkit/contract';
import { createModel, createRuntime, infoNCE } from '@modalkit/core';
import { createTrainable, trainingProgram } from '@modalkit/core/training';
import { image } from '@modalkit/image';
import { median } from './tools/median.mjs';
import { noData } from './tools/no-data.mjs';

const COUNTS = [2, 3, 4, 5];
const IDLE_PLUGINS = 50;
const WARM_UP = 3;
const BATCH = 32;
const [SIZE, PATCH] = [32, 4];
const TOKENS = (SIZE / PATCH) ** 2;

export async function bench(args) {
  const options = { rounds: { type: 'string' }, json: { type: 'boolean' } };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const rounds = Number(values.rounds ?? 20);
  const backend = await selectBackend();
  const steps = [
    ...COUNTS.map((count) => ({ count, plugins: 0, step: stepOf(backend, count, 0), taken: [] })),
    { count: COUNTS[0], plugins: IDLE_PLUGINS, step: stepOf(backend, COUNTS[0], IDLE_PLUGINS), taken: [] },
  ];
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { step, taken } of steps) {
      const cpuMs = step();
      if (round >= 0) taken.push(cpuMs);
    }
  }
  const cpuMs = Object.fromEntries(
    steps.filter(({ plugins }) => plugins === 0).map(({ count, taken }) => [count, round2(median(taken))]),
  );
  const added = COUNTS.slice(1).map((count) => cpuMs[count] - cpuMs[count - 1]);
  const mean = added.reduce((sum, each) => sum + each, 0) / added.length;
  return {
    cpuMs,
    addedMs: added.map(round2),
    // How far what one more adds is from the mean of them, at most.
    spread: round2(Math.max(...added.map((each) => Math.abs(each / mean - 1)))),
    // Pairs of one round: more plugins by none.
    plugins: {
      idle: IDLE_PLUGINS,
      ratio: round2(median(steps.at(-1).taken.map((each, at) => each / steps[0].taken[at]))),
    },
    rounds,
    backend: backend.id,
  };
}

const round2 = (value) => Number(value.toFixed(3));

/** A captured step of that many inputs; each call runs it once and gives its processor time. */
function stepOf(backend, count, idle) {
  const { tf } = backend;
  const names = Array.from({ length: count }, (_, at) => `view${at}`);
  const runtime = createRuntime(configOf(names, idle), { folder: '/' });
  const trainable = createTrainable(
    createModel(runtime, backend, Object.fromEntries(names.map((name) => [name, undefined]))),
  );
  const program = backend.capture({ name: 'training step', ...trainingProgram(trainable) }, (sentence) => {
    throw new Error(sentence);
  });
  const inputs = Object.fromEntries(names.map((name) => [name, randomPictures(tf)]));
  const given = { batches: { 0: { inputs, targets: {}, key: tf.tensor1d([0, 1], 'int32') } }, rate: tf.scalar(1e-3) };
  return () => {
    const before = process.cpuUsage();
    const measured = program.run(given);
    measured.loss.dataSync();
    const { user, system } = process.cpuUsage(before);
    tf.dispose(measured);
    return (user + system) / 1000;
  };
}

function configOf(names, idle) {
  const tower = () => image({ size: SIZE, patch: PATCH, width: 128, layers: 2, heads: 4, standardise: 'half' });
  const pairs = names.slice(1).map((name) => [names[0], name]);
  return {
    inputs: Object.fromEntries(names.map((name) => [name, tower()])),
    space: { width: 128 },
    objectives: { contrast: infoNCE({ pairs }) },
    plugins: Array.from({ length: idle }, (_, at) => unused({ at })),
    data: { source: noData(), batch: BATCH, workers: 0, cache: false },
    train: { steps: 1000 },
  };
}

const unused = definePlugin(({ at }) => ({
  id: `bench-unused-${at}`,
  contract: CONTRACT,
  setup: (scope) => scope.provide(REPORTER, () => ({ id: 'bench-unused', report: () => undefined })),
}));

function randomPictures(tf) {
  return {
    arrays: {
      pixels: tf.randomUniform([BATCH, SIZE, SIZE, 3]),
      valid: tf.ones([BATCH, TOKENS], 'bool'),
      box: tf.zeros([BATCH, TOKENS, 4]),
    },
    present: tf.ones([BATCH], 'bool'),
  };
}
