import type { StepContext, Tensor, Tf } from '@modalkit/contract';
import { gelu, initLinear, initTransformer, linear, transformer } from '@modalkit/toolkit';
import type { WhisperOptions } from './audio-options.js';
import { initPlaces, placeTokens } from './place-tokens.js';
import type { SoundEncoder } from './sound-encoder.js';
import { tokenGrid } from './token-grid.js';

/**
 * Whisper's encoder (Radford et al. 2022, section 2.2): two convolutions over three frames, the second of stride 2, GELU
 * after each, positions, a pre-norm transformer. Where a token stands for more than two frames, the convolutions' outputs of
 * its frames are brought to one by a linear layer. Convolutions are matrix products, so that every backend trains them.
 */
export function whisperEncoder(options: WhisperOptions): SoundEncoder {
  const { mels, stride, width, layers, heads } = options;
  const grid = tokenGrid(options);
  return {
    width,
    init: (context) => {
      initLinear(context, 'conv1', 3 * mels, width);
      initLinear(context, 'conv2', 3 * width, width);
      if (stride > 2) initLinear(context, 'group', (stride / 2) * width, width);
      initPlaces(context, options.positions, grid, width);
      initTransformer(context, 'encoder', width, layers);
    },
    encode: (context, patches, { heard, hidden }) => {
      const { tf } = context;
      const [count, tokens] = patches.shape as [number, number];
      const frames = tf.reshape(patches, [count, tokens * stride, mels]);
      const first = tf.mul(convolve(context, 'conv1', threeFrames(tf, frames)), frameMask(tf, heard, stride));
      const second = convolve(context, 'conv2', threeFramesOfPairs(tf, first));
      const grouped = tf.reshape(second, [count, tokens, (stride / 2) * width]);
      const embedded = stride > 2 ? linear(context, 'group', grouped) : grouped;
      const placed = placeTokens(context, embedded, hidden, 1);
      return transformer(context, 'encoder', placed, layers, { heads, valid: heard });
    },
  };
}

function convolve(context: StepContext, name: string, unfolded: Tensor): Tensor {
  return gelu(context.tf, linear(context, name, unfolded));
}

/** `[N,T]` bool -> `[N, T * stride, 1]` float32. */
function frameMask(tf: Tf, heard: Tensor, stride: number): Tensor {
  const [count, tokens] = heard.shape as [number, number];
  const wide = tf.tile(tf.expandDims(tf.cast(heard, 'float32'), 2), [1, 1, stride]);
  return tf.reshape(wide, [count, tokens * stride, 1]);
}

/** `[N,F,C]` -> `[N,F,3C]`: each frame with the one before and the one after, zeros beyond the edges. */
export function threeFrames(tf: Tf, frames: Tensor): Tensor {
  const [count, length, channels] = frames.shape as [number, number, number];
  const padded = tf.pad(frames, [
    [0, 0],
    [1, 1],
    [0, 0],
  ]);
  return tf.concat(
    [0, 1, 2].map((start) => tf.slice(padded, [0, start, 0], [count, length, channels])),
    2,
  );
}

/** `[N,F,C]` -> `[N,F/2,3C]`: frames 2i - 1, 2i and 2i + 1. */
export function threeFramesOfPairs(tf: Tf, frames: Tensor): Tensor {
  const [count, length, channels] = frames.shape as [number, number, number];
  const pairs = tf.reshape(frames, [count, length / 2, 2 * channels]);
  const later = tf.slice(pairs, [0, 0, channels], [count, length / 2, channels]);
  const earlier = tf.slice(
    tf.pad(later, [
      [0, 0],
      [1, 0],
      [0, 0],
    ]),
    [0, 0, 0],
    [count, length / 2, channels],
  );
  return tf.concat([earlier, pairs], 2);
}
