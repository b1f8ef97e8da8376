import type { Tensor, Tf } from '@modalkit/contract';

/** `[N, steps * stride, mels]` -> `[N, steps * rows, stride * mels / rows]`: low mels first, each patch frame by frame. */
export function patchify(tf: Tf, mel: Tensor, stride: number, rows: number): Tensor {
  const [count, frames, mels] = mel.shape as [number, number, number];
  const steps = frames / stride;
  const values = (stride * mels) / rows;
  if (rows === 1) return tf.reshape(mel, [count, steps, values]);
  const grid = tf.transpose(tf.reshape(mel, [count, steps, stride, rows, mels / rows]), [0, 1, 3, 2, 4]);
  return tf.reshape(grid, [count, steps * rows, values]);
}
