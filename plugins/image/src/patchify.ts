import type { Tensor, Tf } from '@modalkit/contract';

/** `[B,H,W,C]` -> `[B, T, side * side * C]`: squares row by row, each row by row with its channels last. */
export function patchify(tf: Tf, pixels: Tensor, side: number): Tensor {
  const [batch, height, width, channels] = pixels.shape as [number, number, number, number];
  const [rows, columns] = [height / side, width / side];
  const grid = tf.transpose(tf.reshape(pixels, [batch, rows, side, columns, side, channels]), [0, 1, 3, 2, 4, 5]);
  return tf.reshape(grid, [batch, rows * columns, side * side * channels]);
}

/** The inverse of `patchify`: `[B, T, side * side * C]` -> `[B,H,W,C]`, from a grid of `rows` by `columns`. */
export function unpatchify(tf: Tf, patches: Tensor, rows: number, columns: number, side: number): Tensor {
  const [batch, , width] = patches.shape as [number, number, number];
  const channels = width / (side * side);
  const grid = tf.transpose(tf.reshape(patches, [batch, rows, columns, side, side, channels]), [0, 1, 3, 2, 4, 5]);
  return tf.reshape(grid, [batch, rows * side, columns * side, channels]);
}
