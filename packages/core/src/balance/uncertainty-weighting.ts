import { BALANCER, type Balancer, CONTRACT, definePlugin, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';

const ID = '@modalkit/core/uncertaintyWeighting';
const schema = z.strictObject({});

/**
 * Uncertainty weighting (Kendall, Gal and Cipolla 2018, the form for likelihoods of classes): with w_i the objective's
 * configured weight and s_i = ln(sigma_i^2) learnt, from 0 on,
 *
 *   total = sum_i exp(-s_i) w_i L_i + s_i / 2,
 *
 * which is least where exp(s_i) = 2 w_i L_i. s_i is the weight `objectives/balancer/logVariance/<objective>`; an objective
 * that counts nothing in a step leaves it as it was.
 */
export const uncertaintyWeighting = definePlugin((options: z.input<typeof schema> = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const balancer: Balancer = {
    id: ID,
    options: parsed,
    init(objectives, context) {
      for (const name of objectives)
        context.weight(`logVariance/${name}`, [1], { kind: 'zeros' }, { decay: false, term: name });
    },
    total(losses, context) {
      const { tf } = context;
      const parts = Object.entries(losses).map(([name, { mean, weight, share }]) => {
        const logVariance = tf.reshape(context.weight(`logVariance/${name}`), []);
        const scaled = tf.mul(tf.exp(tf.neg(logVariance)), tf.mul(mean, weight));
        return tf.add(scaled, tf.mul(tf.div(logVariance, 2), share)) as Tensor;
      });
      return tf.addN(parts);
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(BALANCER, () => balancer) };
});
