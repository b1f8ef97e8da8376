import type { Tensor, Tf } from '@modalkit/contract';
import {
  gelu,
  initLayerNorm,
  initLinear,
  initResidualBlock,
  layerNorm,
  linear,
  residualBlock,
  type Stride,
} from '@modalkit/toolkit';
import type { CnnOptions } from './audio-options.js';
import { initPlaces, placeTokens } from './place-tokens.js';
import type { SoundEncoder } from './sound-encoder.js';
import { tokenGrid } from './token-grid.js';

/**
 * A residual CNN over frames and mels (He et al. 2016). Every stage halves the mels, and the frames until a token's `stride`
 * is reached; what is left of a step, all mels and channels, becomes its token by a linear layer.
 */
export function cnnEncoder(options: CnnOptions): SoundEncoder {
  const { blocks, mels, stages, stride, width } = options;
  const grid = tokenGrid(options);
  const halvings = Math.log2(stride);
  const last = stages.at(-1)!;
  const rest = stages.reduce((left) => Math.ceil(left / 2), mels);
  const strideOf = (stage: number, block: number): Stride => (block > 0 ? [1, 1] : [stage < halvings ? 2 : 1, 2]);
  return {
    width,
    init: (context) => {
      stages.forEach((fanOut, stage) => {
        for (let block = 0; block < blocks; block++) {
          const fanIn = block > 0 ? fanOut : (stages[stage - 1] ?? 1);
          initResidualBlock(context, `stage${stage + 1}/${block}`, fanIn, fanOut, strideOf(stage, block));
        }
      });
      initLinear(context, 'tokens', rest * last, width);
      initPlaces(context, options.positions, grid, width);
      initLayerNorm(context, 'norm', width);
    },
    encode: (context, patches, { heard, hidden }) => {
      const { tf } = context;
      const [count, tokens] = patches.shape as [number, number];
      let map: Tensor = tf.reshape(patches, [count, tokens * stride, mels, 1]);
      let frames = stride;
      stages.forEach((_, stage) => {
        for (let block = 0; block < blocks; block++) {
          const stride = strideOf(stage, block);
          frames /= stride[0];
          const real = frameMask(tf, heard, frames);
          map = residualBlock(context, `stage${stage + 1}/${block}`, map, { stride, real, activation: gelu });
        }
      });
      const values = linear(context, 'tokens', tf.reshape(map, [count, tokens, rest * last]));
      return layerNorm(context, 'norm', placeTokens(context, values, hidden, 1));
    },
  };
}

/** `[N,T]` bool -> `[N, T * frames, 1, 1]` float32. */
function frameMask(tf: Tf, heard: Tensor, frames: number): Tensor {
  const [count, tokens] = heard.shape as [number, number];
  const wide = tf.tile(tf.expandDims(tf.cast(heard, 'float32'), 2), [1, 1, frames]);
  return tf.reshape(wide, [count, tokens * frames, 1, 1]);
}
