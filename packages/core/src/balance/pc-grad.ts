import { BALANCER, type Balancer, CONTRACT, definePlugin, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { weightedSum } from './weighted-sum.js';

const ID = '@modalkit/core/pcGrad';
const schema = z.strictObject({});

/**
 * Projected conflicting gradients (PCGrad, Yu et al. 2020): from each objective's gradient g_i, over the weights that two
 * objectives or more reach, what opposes another's is taken away, one other after the other in an order drawn anew in each step:
 *
 *   where g_i . g_j < 0:  g_i <- g_i - (g_i . g_j / |g_j|^2) g_j.
 *
 * The sum of the projected gradients is the step's. Costs a pass for each objective.
 */
export const pcGrad = definePlugin((options: z.input<typeof schema> = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const balancer: Balancer = {
    id: ID,
    options: parsed,
    total: (losses, { tf }) => weightedSum(tf, losses),
    combine({ products }, { tf, random }) {
      const draws = random.uniform('order', products.shape);
      const shared = tf.sum(projectConflicts(tf, products, draws), 0);
      return { shared, alone: tf.onesLike(shared) };
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(BALANCER, () => balancer) };
});

/**
 * Every projected gradient as a sum of the given ones.
 * @param products `[T, T]` dot products of the gradients
 * @param draws `[T, T]`: row i's order of the others is that of its numbers, the least first
 * @returns `[T, T]` factors: projected gradient i is the sum over j of (i, j) times gradient j
 */
export function projectConflicts(tf: Tf, products: Tensor, draws: Tensor): Tensor {
  const count = products.shape[0]!;
  const place = tf.sum(
    tf.cast(tf.less(tf.reshape(draws, [count, 1, count]), tf.reshape(draws, [count, count, 1])), 'float32'),
    2,
  );
  const lengths = tf.sum(tf.mul(products, tf.eye(count)), 0);
  const others = tf.sub(1, tf.eye(count));
  let factors: Tensor = tf.eye(count);
  for (let turn = 0; turn < count; turn++) {
    const chosen = tf.mul(tf.cast(tf.equal(place, turn), 'float32'), others);
    const against = tf.minimum(tf.matMul(factors as never, products as never), 0);
    factors = tf.sub(factors, tf.mul(chosen, tf.divNoNan(against, tf.expandDims(lengths, 0))));
  }
  return factors;
}
