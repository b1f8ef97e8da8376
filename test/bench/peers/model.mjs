// Two towers that meet in InfoNCE, as CLIP does, at the size of the comparison: random pictures and captions, all of full length.
import { createModel, createRuntime, fitAdapters, infoNCE } from '@modalkit/core';
import { createTrainable } from '@modalkit/core/training';
import { image } from '@modalkit/image';
import { text } from '@modalkit/text';
import { noData } from '../tools/no-data.mjs';

/** What both programs build. */
export const SHAPE = { tokens: 32, patch: 8, size: 64, squares: 64, side: 192, width: 256, layers: 4, heads: 4 };

const { tokens, patch, size, width, layers, heads } = SHAPE;
const CONFIG = {
  inputs: {
    picture: image({ size, patch, width, layers, heads, standardise: 'half' }),
    caption: text({ tokenizer: 'wordpiece', vocabulary: 1000, maxTokens: tokens, width, layers, heads }),
  },
  space: { width },
  objectives: { contrast: infoNCE({ pairs: [['picture', 'caption']] }) },
  data: { source: noData(), batch: 64, workers: 0, cache: false },
  train: { steps: 1000, freeze: ['picture/score/*'] },
};

/** Words of a thousand that the tokenizer learns as they are. */
function words(count, seed) {
  return Array.from({ length: count }, (_, at) => `w${((seed * 7919 + at * 104729) % 600) + 100}`).join(' ');
}

/** The model, ready to be trained, and how many token classes its text tower has. @param train options beside the usual ones */
export async function clipLike(backend, train = {}) {
  const runtime = createRuntime({ ...CONFIG, train: { ...CONFIG.train, ...train } }, { folder: '/' });
  const samples = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    split: 'train',
    inputs: { caption: words(tokens, index) },
    targets: {},
  }));
  const states = await fitAdapters(runtime, samples, '/');
  const trainable = createTrainable(createModel(runtime, backend, states));
  return { trainable, classes: states.caption.classes };
}

/** A batch of random pictures and captions, every token valid. */
export function randomBatch(tf, batch, classes) {
  const all = (tokens) => tf.ones([batch, tokens], 'bool');
  const { tokens, squares } = SHAPE;
  return {
    inputs: {
      picture: {
        arrays: {
          pixels: tf.randomUniform([batch, size, size, 3]),
          valid: all(squares),
          box: tf.zeros([batch, squares, 4]),
        },
        present: tf.ones([batch], 'bool'),
      },
      caption: {
        arrays: {
          ids: tf.randomUniform([batch, tokens], 4, classes, 'int32'),
          valid: all(tokens),
          order: tf.zeros([batch, tokens]),
        },
        present: tf.ones([batch], 'bool'),
      },
    },
    targets: {},
    key: tf.tensor1d([0, 1], 'int32'),
  };
}
