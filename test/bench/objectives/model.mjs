// A picture and its caption at the size of a small joint training: two towers that meet in InfoNCE, an early fusion and a class read
// off it; and then one objective more, a balancer, or microbatches.
import {
  binaryCrossEntropy,
  boxRegression,
  captioning,
  classify,
  createModel,
  createRuntime,
  crossEntropy,
  ctc,
  decoder,
  distillation,
  early,
  fitAdapters,
  gradientModulation,
  gradNorm,
  grounding,
  huber,
  infoNCE,
  locate,
  maskedModelling,
  matching,
  monotonic,
  ordinalCrossEntropy,
  pcGrad,
  rate,
  regress,
  sigLIP,
  squaredError,
  tag,
  transcribe,
  uncertaintyWeighting,
} from '@modalkit/core';
import { createTrainable } from '@modalkit/core/training';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
import { noData } from '../tools/no-data.mjs';

const SHAPE = {
  batch: 64,
  tokens: 32,
  size: 64,
  patch: 8,
  squares: 64,
  width: 128,
  layers: 3,
  heads: 4,
  teacher: 384,
  classes: 10,
  letters: 6,
};
const pair = ['picture', 'caption'];
const box = { head: 'added', target: 'box' };
const number = { head: 'added', target: 'number' };
const where = { regions: 'picture', phrase: 'caption', target: 'box' };

/**
 * What is added to the plain step; a head that an objective reads is `added` too. `passes` tells those that run a part of the model once more
 * or score every token.
 */
export const OBJECTIVES = {
  // The plain step has one each of these already: what a second one costs is the loss alone.
  infoNCE: { objective: infoNCE({ pairs: [pair] }) },
  crossEntropy: { objective: crossEntropy({ head: 'kind' }) },
  sigLIP: { objective: sigLIP({ pairs: [pair] }) },
  distillation: { objective: distillation({ from: 'picture', target: 'embedding', width: SHAPE.teacher }) },
  grounding: { objective: grounding(box), head: locate(where) },
  groundingFused: { objective: grounding(box), head: locate({ ...where, from: 'fused' }) },
  boxRegression: { objective: boxRegression(box), head: locate(where) },
  binaryCrossEntropy: {
    objective: binaryCrossEntropy({ head: 'added', target: 'tags' }),
    head: tag({ classes: SHAPE.classes, target: 'tags' }),
  },
  ordinalCrossEntropy: {
    objective: ordinalCrossEntropy({ head: 'added', target: 'kind' }),
    head: rate({ levels: SHAPE.classes, target: 'kind' }),
  },
  squaredError: { objective: squaredError(number), head: regress({ target: 'number' }) },
  huber: { objective: huber(number), head: regress({ target: 'number' }) },
  ctc: {
    objective: ctc({ head: 'added', target: 'letters' }),
    head: transcribe({ from: 'caption', classes: SHAPE.classes, maxLength: SHAPE.letters, target: 'letters' }),
  },
  monotonic: { objective: monotonic({ from: 'caption', to: 'picture' }) },
  maskedValues: { objective: maskedModelling({ input: 'picture' }), passes: true },
  maskedClasses: { objective: maskedModelling({ input: 'caption', from: 'fused' }), passes: true },
  matching: { objective: matching({ pair }), passes: true },
  captioning: {
    objective: captioning({ head: 'added' }),
    head: decoder({ input: 'caption', from: 'picture', maxTokens: SHAPE.tokens }),
    passes: true,
  },
};

/** How the step is taken otherwise, with the same objectives. */
export const WAYS = {
  uncertaintyWeighting: { balancer: uncertaintyWeighting() },
  gradNorm: { balancer: gradNorm(), passes: true },
  pcGrad: { balancer: pcGrad(), passes: true },
  gradientModulation: { balancer: gradientModulation({ inputs: pair, head: 'kind' }), passes: true },
  cachedGradients: { train: { microbatch: SHAPE.batch / 4 }, passes: true },
};

const tower = { width: SHAPE.width, layers: SHAPE.layers, heads: SHAPE.heads };

function configOf({ objective, head, balancer, train }) {
  return {
    inputs: {
      picture: image({ size: SHAPE.size, patch: SHAPE.patch, standardise: 'half', ...tower }),
      caption: text({ tokenizer: 'wordpiece', vocabulary: 1000, maxTokens: SHAPE.tokens, ...tower }),
    },
    space: { width: SHAPE.width },
    fusion: early({ layers: 2, heads: SHAPE.heads }),
    masking: { picture: { kind: 'random', ratio: 0.75 }, caption: { kind: 'random', ratio: 0.15 } },
    heads: { kind: classify({ classes: SHAPE.classes }), ...(head && { added: head }) },
    objectives: {
      contrast: infoNCE({ pairs: [pair] }),
      kind: crossEntropy({ head: 'kind' }),
      ...(objective && { added: objective }),
    },
    data: { source: noData(), batch: SHAPE.batch, workers: 0, cache: false },
    ...(balancer && { balancer }),
    train: { steps: 1000, ...train },
  };
}

/** The model with one objective more, and the head that it reads, with a balancer or other options of training; or without. */
export async function modelWith(backend, added = {}) {
  const runtime = createRuntime(configOf(added), { folder: '/' });
  const words = Array.from({ length: 400 }, (_, at) => `w${(at * 104729) % 600}`).join(' ');
  const samples = [{ id: '0', split: 'train', inputs: { caption: words }, targets: {} }];
  return createTrainable(createModel(runtime, backend, await fitAdapters(runtime, samples, '/')));
}

/** Random samples that have everything, every token valid. */
export function randomBatch(tf, classes) {
  const { batch, tokens, size, patch, squares, teacher, letters } = SHAPE;
  const all = (count) => tf.ones([batch, count], 'bool');
  // Each its own: a captured step takes no tensor twice.
  const present = () => tf.ones([batch], 'bool');
  const side = size / patch;
  const corners = Array.from({ length: squares }, (_, at) => [(at % side) / side, Math.floor(at / side) / side]);
  const box = corners.map(([left, top]) => [left, top, left + 1 / side, top + 1 / side]);
  const pixels = tf.randomUniform([batch, size, size, 3]);
  const ids = tf.randomUniform([batch, tokens], 4, classes, 'int32');
  return {
    inputs: {
      picture: {
        arrays: { pixels, valid: all(squares), box: tf.tile(tf.tensor3d([box]), [batch, 1, 1]) },
        present: present(),
      },
      caption: {
        arrays: { ids, valid: all(tokens), order: tf.zeros([batch, tokens], 'int32') },
        present: present(),
      },
    },
    targets: {
      kind: { values: tf.zeros([batch], 'int32'), valid: present() },
      embedding: { values: tf.randomNormal([batch, teacher]), valid: present() },
      box: { values: tf.tile(tf.tensor2d([[0.25, 0.25, 0.5, 0.75]]), [batch, 1]), valid: present() },
      tags: { values: tf.zeros([batch, SHAPE.classes]), valid: present() },
      number: { values: tf.randomNormal([batch, 1]), valid: present() },
      letters: { values: tf.randomUniform([batch, letters], 1, SHAPE.classes + 1, 'int32'), valid: present() },
    },
    key: tf.tensor1d([0, 1], 'int32'),
  };
}
