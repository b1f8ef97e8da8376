import { BALANCER, type Balancer, CONTRACT, definePlugin, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { weightedSum } from './weighted-sum.js';

const ID = '@modalkit/core/gradNorm';
const schema = z.strictObject({
  /** How strongly objectives that learn slowly are pulled along; 0 makes all gradients equally long. */
  alpha: z.number().min(0).max(10).default(1.5),
  /** Learning rate of the objectives' factors. */
  learningRate: z.number().gt(0).max(1).default(0.025),
});

/** Factors stay above this, so that an objective can come back. */
const LEAST = 1e-3;

/**
 * GradNorm (Chen et al. 2018): factors f_i of the T objectives are learnt so that their gradients' lengths
 * G_i = f_i |grad w_i L_i|, over the weights that two objectives or more reach, come to mean(G) r_i^alpha, where
 * r_i = (L_i / L_i(0)) / mean(L / L(0)) is how slowly objective i learns:
 *
 *   f_i <- f_i - learningRate sign(G_i - mean(G) r_i^alpha) |grad w_i L_i|,  then f <- T f / sum(f).
 *
 * f and L(0) are `objectives/balancer/factors` and `first`, both `[T]`; L_i(0) is the loss where it first counts. Objectives that
 * count nothing in a step keep theirs. Costs a pass for each objective.
 */
export const gradNorm = definePlugin((options: z.input<typeof schema> = {}) => {
  const parsed = parseOptions(schema, options, ID);
  const balancer: Balancer = {
    id: ID,
    options: parsed,
    init({ length }, context) {
      context.weight('factors', [length], { kind: 'ones' }, { trainable: false });
      context.weight('first', [length], { kind: 'zeros' }, { trainable: false });
    },
    total: (losses, context) => weightedSum(context.tf, losses, context.weight('factors')),
    combine({ products, losses, counted }, { tf, weight }) {
      const [factors, known] = [weight('factors'), weight('first')];
      const lengths = tf.sqrt(tf.sum(tf.mul(products, tf.eye(products.shape[0]!)), 0));
      const first = tf.where(tf.greater(known, 0), known, tf.mul(losses, counted));
      const next = nextFactors(tf, { factors, lengths, ratios: tf.divNoNan(losses, first), counted }, parsed);
      return { shared: factors, alone: factors, state: { factors: next, first } };
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(BALANCER, () => balancer) };
});

/** One step of the factors; everything is `[T]`. */
export function nextFactors(
  tf: Tf,
  {
    factors,
    lengths,
    ratios,
    counted,
  }: { readonly factors: Tensor; readonly lengths: Tensor; readonly ratios: Tensor; readonly counted: Tensor },
  { alpha, learningRate }: z.output<typeof schema>,
): Tensor {
  const mean = (x: Tensor) => tf.divNoNan(tf.sum(tf.mul(x, counted)), tf.sum(counted));
  const own = tf.mul(factors, lengths);
  const slowness = tf.divNoNan(ratios, mean(ratios));
  const aim = tf.mul(mean(own), tf.pow(slowness, alpha));
  const change = tf.mul(tf.mul(tf.sign(tf.sub(own, aim)), lengths), counted);
  const moved = tf.maximum(tf.sub(factors, tf.mul(change, learningRate)), LEAST);
  return tf.mul(moved, tf.div(factors.shape[0]!, tf.sum(moved)));
}
