import type { ObjectiveLoss, Tensor, Tf } from '@modalkit/contract';

/** Scalar: the objectives' means times their configured weights, and times factors `[T]` where there are some. */
export function weightedSum(tf: Tf, losses: Readonly<Record<string, ObjectiveLoss>>, factors?: Tensor): Tensor {
  const parts = Object.values(losses).map(({ mean, weight }) => tf.mul(mean, weight) as Tensor);
  const all = tf.stack(parts);
  return tf.sum(factors ? tf.mul(all, factors) : all);
}
