import type { Tensor, Tf } from '@modalkit/contract';

/** Rows of length 1 over the last dimension; a zero row stays zero and has a finite gradient. */
export function l2Normalise(tf: Tf, x: Tensor): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)));
}
