import type { Tensor, Tf } from '@modalkit/contract';

/** Gaussian error linear unit, exact form x * Phi(x). Hendrycks and Gimpel 2016. */
export function gelu(tf: Tf, x: Tensor): Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
