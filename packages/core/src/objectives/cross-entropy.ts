import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classWeightsOf } from './class-weights.js';
import { focus } from './focus.js';
import { sampleLoss, sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/crossEntropy';
const schema = z.strictObject({
  /** `head`: one with the output `logits`, `classify` or `rate`. */
  ...sampleLossOptions,
  /** Share of the probability that is spread evenly over all classes (Szegedy et al. 2016), 0..1. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** Factor of the samples of each class, in the classes' order; 1 when left out. */
  classWeights: z.array(z.number().min(0)).min(2).optional(),
  /** Gamma of the focal loss; 0 is plain cross entropy. */
  focal: z.number().min(0).max(10).default(0),
});

export type CrossEntropyOptions = z.input<typeof schema>;

/**
 * Softmax cross entropy of a head's logits `[B,n]` against its class y, one term named after the head. With label
 * smoothing e, focal gamma g and class weights w:
 *
 *   L = w_y sum_k q_k (1 - p_k)^g (-ln p_k), q_k = (1 - e) [k = y] + e / n,
 *
 * summed over the samples that have the target. Its count is their number, whatever their weights (Keras' convention;
 * PyTorch's divides by the sum of the weights).
 */
export const crossEntropy = definePlugin((options: CrossEntropyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const { labelSmoothing, classWeights, focal } = parsed;
  return sampleLoss(ID, parsed, {
    output: 'logits',
    heads: 'a `classify` or `rate` head',
    costs(tf, logits, values) {
      const logProbabilities = tf.logSoftmax(logits);
      const classes = logits.shape[1]!;
      const own = tf.cast(tf.oneHot(values as never, classes), 'float32');
      const smoothed = tf.add(tf.mul(own, 1 - labelSmoothing), labelSmoothing / classes);
      const scored = focal ? tf.mul(focus(tf, logProbabilities, focal), logProbabilities) : logProbabilities;
      const costs = tf.neg(tf.sum(tf.mul(smoothed, scored), 1));
      if (!classWeights) return costs;
      return tf.mul(costs, tf.sum(tf.mul(own, classWeightsOf(tf, ID, classWeights, classes)), 1));
    },
  });
});
