import { CONTRACT, definePlugin, OBJECTIVE, type Objective } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classWeightsOf } from './class-weights.js';
import { headOutput } from './head-output.js';
import { targetOf } from './target-of.js';

const ID = '@modalkit/core/ordinalCrossEntropy';
const schema = z.strictObject({
  /** A `rate` head. */
  head: z.string(),
  /** Column of the level, declared by the head; the head's name when left out. */
  target: z.string().optional(),
  /** Factor of each of the K - 1 questions "above level k?"; 1 when left out. */
  thresholdWeights: z.array(z.number().min(0)).min(1).optional(),
  weight: z.number().min(0).default(1),
});

export type OrdinalCrossEntropyOptions = z.input<typeof schema>;

/**
 * The loss of CORAL (Cao, Mirjalili and Raschka 2020) on a head's cumulative logits z `[B,K-1]` against its level y, one term
 * named after the head: the sum of K - 1 binary cross entropies, with weights w_k,
 *
 *   L = -sum_k w_k ( [y > k] ln sigmoid(z_k) + [y <= k] ln(1 - sigmoid(z_k)) ),
 *
 * summed over the samples that have the target. A level further from y costs more.
 */
export const ordinalCrossEntropy = definePlugin((options: OrdinalCrossEntropyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => objective(parsed)) };
});

function objective(options: z.output<typeof schema>): Objective {
  const { head, target = head, thresholdWeights, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const cumulative = headOutput(ID, view, head, 'cumulative', 'a `rate` head');
      const { values, valid } = targetOf(ID, view, target);
      const known = tf.cast(valid, 'float32');
      const thresholds = cumulative.shape[1]!;
      const levels = tf.expandDims(tf.range(0, thresholds, 1, 'int32'), 0);
      const above = tf.cast(tf.greater(tf.expandDims(values, 1), levels), 'float32');
      const costs = tf.sub(tf.softplus(cumulative), tf.mul(above, cumulative));
      const weighted = thresholdWeights ? tf.mul(costs, classWeightsOf(tf, ID, thresholdWeights, thresholds)) : costs;
      return { [head]: { sum: tf.sum(tf.mul(tf.sum(weighted, 1), known)), count: tf.sum(known) } };
    },
  };
}
