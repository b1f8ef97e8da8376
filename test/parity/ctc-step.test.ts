import { audio } from '@modalkit/audio';
import { findNative, selectBackend } from '@modalkit/backend';
import { jsBackend } from '@modalkit/backend/js';
import type { Backend } from '@modalkit/contract';
import {
  type Config,
  createModel,
  createRuntime,
  cross,
  ctc,
  early,
  fitAdapters,
  monotonic,
  type Sample,
  stepBatch,
  transcribe,
} from '@modalkit/core';
import { createTrainable, openLoader, trainingStep } from '@modalkit/core/training';
import { describe, expect, it } from 'vitest';
import { memory } from './memory.js';
import { watch } from './watch.js';

const fusions = {
  early: () => early({ heads: 2, layers: 1, timeSlice: 0.05 }),
  cross: () => cross({ heads: 2, layers: 1, timeSlice: 0.05 }),
};

/** Two sounds that say the same, on one clock; a list is read off the first. */
function config(fusion: keyof typeof fusions): Config {
  const sound = { rate: 2000, mels: 8, width: 8, layers: 1, heads: 2, maxSeconds: 1 };
  return {
    inputs: { near: audio(sound), far: audio(sound) },
    space: { width: 8 },
    fusion: fusions[fusion](),
    heads: { words: transcribe({ classes: ['low', '高'], maxLength: 3, from: 'near', fused: true }) },
    objectives: { words: ctc({ head: 'words' }), order: monotonic({ from: 'near', to: 'far' }) },
    data: { source: memory(), batch: 4, workers: 0, cache: false },
    train: { steps: 10, learningRate: 0.02, warmUp: 0 },
  };
}

/** Tones with silence between, one for each word; one sample lacks the second sound, one the list. */
function samples(seed: number): Sample[] {
  return [0, 1, 2, 3].map((row) => {
    const words = Array.from({ length: 1 + ((row + seed) % 3) }, (_, at) => (row + at + seed) % 2);
    const samples = Float32Array.from({ length: 1200 }, (_, at) => {
      const hertz =
        words[Math.floor(at / 400)] === undefined || at % 400 > 250 ? 0 : words[Math.floor(at / 400)] ? 700 : 200;
      return 0.5 * Math.sin((2 * Math.PI * hertz * at) / 2000);
    });
    const near = { samples, rate: 2000 };
    return {
      id: `${seed}-${row}`,
      inputs: row === 2 ? { near } : { near, far: near },
      targets: row === 3 ? {} : { words: words.map((word) => ['low', '高'][word]) },
    };
  });
}

async function trial(backend: Backend, fusion: keyof typeof fusions) {
  const { tf } = backend;
  const runtime = createRuntime(config(fusion), { folder: '/' });
  const states = await fitAdapters(runtime, samples(0), '/');
  const trainable = createTrainable(createModel(runtime, backend, states));
  const loader = openLoader(runtime, states, '/');
  const batches = [1, 2].map(async (seed) => stepBatch(tf, await loader.batchOf(samples(seed)), 0, 3));
  const [first, second] = await Promise.all(batches);
  const rate = tf.scalar(0.02);
  const step = (batch = first!) => {
    const { names, values } = trainingStep(trainable, [batch], rate);
    return { names, values };
  };
  return { tf, step, first: first!, second: second! };
}

const native = await findNative();
const backends: { js: () => Promise<Backend>; native?: () => Promise<Backend> } = {
  js: () => jsBackend(),
  ...(native ? { native: () => selectBackend() } : {}),
};
const cases = Object.keys(backends).flatMap((backend) =>
  Object.keys(fusions).map((fusion) => [backend, fusion] as [keyof typeof backends, keyof typeof fusions]),
);

describe('a step with time slices, CTC and soft-DTW', () => {
  it.each(cases)('makes no tensor from host data and reads none: %s, %s', async (backend, fusion) => {
    const { tf, step, first, second } = await trial(await backends[backend]!(), fusion);
    step();
    const seen = [first, second].map((batch) => watch(tf, () => step(batch)));
    expect(seen[0]!.made.length).toBe(seen[1]!.made.length);
    expect(seen[0]!.made.filter((value, index) => value !== seen[1]!.made[index])).toEqual([]);
    expect(seen.map(({ reads }) => reads)).toEqual([0, 0]);
  });

  it('learns: both losses fall and nothing is impossible', async () => {
    const { step } = await trial(await (backends.native ?? backends.js)(), 'early');
    const read = () => {
      const { names, values } = step();
      const numbers = values.dataSync();
      return Object.fromEntries(names.map((name, index) => [name, numbers[index]!]));
    };
    const first = read();
    let last = first;
    for (let index = 0; index < 20; index++) last = read();
    expect(first['measured/words/impossible']).toBe(0);
    expect(last['loss/words/words']).toBeLessThan(0.7 * first['loss/words/words']!);
    expect(last['loss/order/near->far']).toBeLessThanOrEqual(first['loss/order/near->far']! + 1e-3);
  });
});
