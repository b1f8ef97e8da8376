import { definePlugin, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classWeightsOf } from './class-weights.js';
import { focus } from './focus.js';
import { sampleLoss, sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/binaryCrossEntropy';
const schema = z.strictObject({
  /** `head`: a `tag` head; its target is a set of classes. */
  ...sampleLossOptions,
  /** Share of the probability that is spread evenly over yes and no, 0..1. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** Factor of what is true of each class, in the classes' order: more than 1 for a rare one; 1 when left out. */
  positiveWeights: z.array(z.number().min(0)).min(2).optional(),
  /** Gamma of the focal loss; 0 is plain cross entropy. */
  focal: z.number().min(0).max(10).default(0),
});

export type BinaryCrossEntropyOptions = z.input<typeof schema>;

/**
 * Binary cross entropy of a head's `labelLogits` z `[B,n]`, each class on its own, one term named after the head. With
 * y 1 or 0, p = sigmoid(z), label smoothing e, focal gamma g and positive weights w:
 *
 *   L = mean_k( w_k y'_k (1 - p_k)^g (-ln p_k) + (1 - y'_k) p_k^g (-ln(1 - p_k)) ), y' = (1 - e) y + e / 2,
 *
 * summed over the samples that have the target.
 */
export const binaryCrossEntropy = definePlugin((options: BinaryCrossEntropyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const { labelSmoothing, positiveWeights, focal } = parsed;
  return sampleLoss(ID, parsed, {
    output: 'labelLogits',
    heads: 'a `tag` head',
    costs(tf, logits, values) {
      const yes = tf.add(tf.mul(values, 1 - labelSmoothing), labelSmoothing / 2);
      const weighted = positiveWeights ? tf.mul(yes, classWeightsOf(tf, ID, positiveWeights, logits.shape[1]!)) : yes;
      const no = tf.mul(tf.sub(1, yes), costOf(tf, tf.neg(logits), focal));
      return tf.mean(tf.add(tf.mul(weighted, costOf(tf, logits, focal)), no), 1);
    },
  });
});

/** -ln sigmoid(z) times the focal factor. */
function costOf(tf: Tf, logits: Tensor, focal: number): Tensor {
  const cost = tf.softplus(tf.neg(logits));
  return focal ? tf.mul(focus(tf, tf.neg(cost), focal), cost) : cost;
}
