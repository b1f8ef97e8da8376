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
