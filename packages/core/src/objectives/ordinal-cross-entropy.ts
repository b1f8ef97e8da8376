import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classWeightsOf } from './class-weights.js';
import { sampleLoss, sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/ordinalCrossEntropy';
const schema = z.strictObject({
  /** `head`: a `rate` head; its target is a level. */
  ...sampleLossOptions,
  /** Factor of each of the K - 1 questions "above level k?"; 1 when left out. */
  thresholdWeights: z.array(z.number().min(0)).min(1).optional(),
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
  const { thresholdWeights } = parsed;
  return sampleLoss(ID, parsed, {
    output: 'cumulative',
    heads: 'a `rate` head',
    costs(tf, cumulative, values) {
      const thresholds = cumulative.shape[1]!;
      const levels = tf.expandDims(tf.range(0, thresholds, 1, 'int32'), 0);
      const above = tf.cast(tf.greater(tf.expandDims(values, 1), levels), 'float32');
      const costs = tf.sub(tf.softplus(cumulative), tf.mul(above, cumulative));
      return tf.sum(thresholdWeights ? tf.mul(costs, classWeightsOf(tf, ID, thresholdWeights, thresholds)) : costs, 1);
    },
  });
});
