import { findNative, selectBackend } from '@modalkit/backend';
import { jsBackend } from '@modalkit/backend/js';
import {
  binaryCrossEntropy,
  boxRegression,
  captioning,
  classify,
  crossEntropy,
  decoder,
  distillation,
  early,
  grounding,
  huber,
  locate,
  maskedModelling,
  matching,
  ordinalCrossEntropy,
  rate,
  regress,
  type Sample,
  sigLIP,
  squaredError,
  tag,
} from '@modalkit/core';
import { createTrainable, trainingStep } from '@modalkit/core/training';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
import { describe, expect, it } from 'vitest';
import { capturedRun, expectSameStep } from './captured-run.js';
import { tinyDigits, tinyModel, tinySamples } from './digits-model.js';
import { watch } from './watch.js';

const native = await findNative();
const backends = { js: () => jsBackend(), ...(native ? { native: () => selectBackend() } : {}) };

const config = tinyDigits({
  inputs: {
    picture: image({ size: 16, fit: 'pad', channels: 1, patch: 4, width: 8, layers: 1, heads: 2 }),
    claim: text({ width: 8, layers: 1, heads: 2, vocabulary: 300, hides: 'bert' }),
    caption: text({ width: 8, layers: 1, heads: 2, vocabulary: 300, share: 'claim' }),
  },
  fusion: early({ inputs: ['picture', 'claim'], layers: 1, heads: 2 }),
  heads: {
    match: classify({ classes: ['this', 'another', 'none'] }),
    marks: tag({ classes: ['round', 'straight', 'open'] }),
    level: rate({ levels: 4 }),
    size: regress({ width: 2, mean: 1, deviation: 2 }),
    side: regress({ from: 'picture' }),
    place: locate({ regions: 'picture', phrase: 'claim', from: 'fused' }),
    look: locate({ regions: 'picture', phrase: 'caption', target: 'place' }),
    reply: decoder({ input: 'caption', layers: 1, heads: 2 }),
    title: decoder({ input: 'caption', from: 'picture', layers: 1, heads: 2, embedding: 'free' }),
  },
  tokenBudget: { inputs: ['picture', 'claim'], visible: 12 },
  objectives: {
    pairs: sigLIP({ positives: 'digit' }),
    words: maskedModelling({ input: 'claim', from: 'fused' }),
    pixels: maskedModelling({ input: 'picture' }),
    match: matching({ pair: ['picture', 'claim'], positives: 'digit' }),
    teacher: distillation({ from: 'picture', target: 'embedding', width: 5 }),
    twin: distillation({ from: 'caption', teacher: 'picture', loss: 'mse' }),
    region: grounding({ head: 'place' }),
    box: boxRegression({ head: 'place' }),
    lookBox: boxRegression({ head: 'look', target: 'place' }),
    look: grounding({ head: 'look', target: 'place', loss: 'attention' }),
    kind: crossEntropy({ head: 'match', focal: 2, classWeights: [1, 2, 3], labelSmoothing: 0.1 }),
    marks: binaryCrossEntropy({ head: 'marks', focal: 1, positiveWeights: [1, 2, 3] }),
    level: ordinalCrossEntropy({ head: 'level' }),
    size: huber({ head: 'size' }),
    side: squaredError({ head: 'side' }),
    reply: captioning({ head: 'reply', labelSmoothing: 0.1 }),
    title: captioning({ head: 'title' }),
  },
});

/** Samples with boxes and teachers; one of each batch lacks an input and its targets. */
async function samples(seed: number): Promise<Sample[]> {
  const some = await tinySamples(5, seed);
  return some.map((sample, index) => {
    if (index === seed) return { ...sample, inputs: { picture: sample.inputs.picture } };
    const embedding = [0, 1, 2, 3, 4].map((at) => Math.sin(at + index + 5 * seed));
    const place = [0.1 * index, 0.05 * seed, 0.5 + 0.1 * index, 0.6];
    const marks = ['round', 'straight', 'open'].slice(0, (index + seed) % 4);
    const numbers = { level: (index + seed) % 4, size: [index, seed - index], side: 0.3 * index - seed };
    return { ...sample, targets: { ...sample.targets, embedding, place, marks, ...numbers } };
  });
}

describe('every objective in one step', () => {
  it.each(Object.keys(backends) as (keyof typeof backends)[])(
    '%s: no tensor is made of data, none is read, none is left; every term is finite and every weight moves',
    async (name) => {
      const { model, batch } = await tinyModel(config, await backends[name]!());
      const { tf } = model.backend;
      const trainable = createTrainable(model);
      const rate = tf.scalar(0.01);
      const batches = [await batch(await samples(1)), await batch(await samples(2))];
      const before = new Map([...model.weights].map(([key, { variable }]) => [key, [...variable.dataSync()].join()]));
      const first = trainingStep(trainable, [batches[0]!], rate);
      const found = Object.fromEntries(first.names.map((key, index) => [key, first.values.dataSync()[index]!]));
      expect(Object.entries(found).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      const zero = Object.keys(found).filter((key) => key.startsWith('loss/') && found[key] === 0);
      expect(zero).toEqual([]);
      const still = [...model.weights].filter(([key, { spec, variable }]) => {
        return spec.trainable && [...variable.dataSync()].join() === before.get(key);
      });
      // Every sample has a picture, so nothing stands for its absence.
      expect(still.map(([key]) => key)).toEqual(['fusion/absent/picture']);
      const tensors = tf.memory().numTensors;
      const seen = batches.map((one) => watch(tf, () => tf.dispose(trainingStep(trainable, [one], rate).values)));
      expect(tf.memory().numTensors).toBe(tensors);
      expect(seen[0]!.made.filter((value, index) => value !== seen[1]!.made[index])).toEqual([]);
      expect(seen.map(({ reads }) => reads)).toEqual([0, 0]);
    },
  );

  it.runIf(native)('captured, each step from one state is the same within 1e-5', async () => {
    const run = await capturedRun(config, await selectBackend());
    for (let step = 0; step < 4; step++) {
      expectSameStep(run, [await run.batch(await samples(step), step)]);
    }
    expect(run.notices).toEqual([]);
    expect(run.ready.info()).toMatchObject({ mode: 'captured' });
  });
});
