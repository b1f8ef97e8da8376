import type { Tensor, Tf } from '@modalkit/contract';
import type { Grid } from './grid.js';
import type { ParsedVideoOptions } from './video-options.js';

/**
 * `[B,S,t*H*W,C]` -> `[B, S*P, t*p*p*C]`: one row of values a token, frame by frame, each patch row by row with its channels
 * last. Only reshapes and transposes, so that the embedding is a matrix product that trains on every backend.
 */
export function patchify(tf: Tf, pixels: Tensor, { patch, tubelet, channels }: ParsedVideoOptions, grid: Grid): Tensor {
  const [batch, steps] = pixels.shape as [number, number];
  const { rows, columns, places, values } = grid;
  const strips = tf.reshape(pixels, [batch * steps * tubelet * rows, patch, columns, patch * channels]);
  const patches = tf.transpose(strips, [0, 2, 1, 3]);
  const frames = tf.reshape(patches, [batch * steps, tubelet, places, patch * patch * channels]);
  return tf.reshape(tf.transpose(frames, [0, 2, 1, 3]), [batch, steps * places, values]);
}

/** The inverse of `patchify` for patches of one frame: `[B, S*P, p*p*C]` -> `[B*S,H,W,C]`. */
export function unpatchify(tf: Tf, patches: Tensor, { rows, columns, places, values }: Grid, patch: number): Tensor {
  const [batch, tokens] = patches.shape as [number, number];
  const [frames, channels] = [(batch * tokens) / places, values / (patch * patch)];
  const strips = tf.transpose(tf.reshape(patches, [frames * rows, columns, patch, patch * channels]), [0, 2, 1, 3]);
  return tf.reshape(strips, [frames, rows * patch, columns * patch, channels]);
}
