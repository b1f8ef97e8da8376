import type { Tensor, Tf } from '@modalkit/contract';

/**
 * The factor of the focal loss (Lin et al. 2017), (1 - p)^gamma: what is predicted well already counts less.
 * @param logProbabilities ln p, any shape
 */
export function focus(tf: Tf, logProbabilities: Tensor, gamma: number): Tensor {
  // by way of the logarithm: the slope of a power below 1 is infinite at 0
  return tf.exp(tf.mul(tf.log(tf.maximum(tf.sub(1, tf.exp(logProbabilities)), 1e-7)), gamma));
}
