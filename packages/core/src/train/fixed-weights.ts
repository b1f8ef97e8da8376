import type { Balancer, Tensor } from '@modalkit/contract';

/** The total is the sum of each objective's mean times its configured weight. */
export const fixedWeights: Balancer = {
  id: '@modalkit/core/fixed-weights',
  total: (losses, { tf }) =>
    Object.values(losses)
      .map(({ mean, weight }) => tf.mul(mean, weight) as Tensor)
      .reduce((sum, term) => tf.add(sum, term)),
};
