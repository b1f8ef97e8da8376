import type { Tensor, Tf } from '@modalkit/contract';

/** Mean of the valid tokens, `[B,T,W]` by `[B,T]` bool -> `[B,W]`; zeros where a sample has none. */
export function maskedMean(tf: Tf, values: Tensor, valid: Tensor): Tensor {
  const weight = tf.expandDims(tf.cast(valid, 'float32'), -1);
  return tf.div(tf.sum(tf.mul(values, weight), 1), tf.maximum(tf.sum(weight, 1), 1));
}

/** Values with zeros in place of invalid tokens, `[B,T,W]` by `[B,T]` bool. */
export function zeroInvalid(tf: Tf, values: Tensor, valid: Tensor): Tensor {
  return tf.mul(values, tf.expandDims(tf.cast(valid, 'float32'), -1));
}
