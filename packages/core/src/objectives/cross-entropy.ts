import { CONTRACT, definePlugin, OBJECTIVE, type Objective } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { targetOf } from './target-of.js';

const ID = '@modalkit/core/crossEntropy';
const schema = z.strictObject({
  /** Head whose output `logits` is scored. */
  head: z.string(),
  /** Column of the class, declared by the head; the head's name when left out. */
  target: z.string().optional(),
  /** Share of the probability that is spread evenly over all classes (Szegedy et al. 2016), 0..1. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  weight: z.number().min(0).default(1),
});

export type CrossEntropyOptions = z.input<typeof schema>;

/**
 * Softmax cross entropy of a head's logits `[B,n]` against its class y, one term named after the head. With label
 * smoothing e: L = (1 - e) (-ln p_y) + e mean_k(-ln p_k), summed over the samples that have the target.
 */
export const crossEntropy = definePlugin((options: CrossEntropyOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup: (scope) => scope.provide(OBJECTIVE, () => crossEntropyObjective(parsed)),
  };
});

function crossEntropyObjective(options: z.output<typeof schema>): Objective {
  const { head, target = head, labelSmoothing, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const logProbabilities = tf.logSoftmax(view.outputs[`${head}/logits`]!);
      const { values, valid } = targetOf(ID, view, target);
      const known = tf.cast(valid, 'float32');
      const classes = logProbabilities.shape[1]!;
      const own = tf.cast(tf.oneHot(values as never, classes), 'float32');
      const smoothed = tf.add(tf.mul(own, 1 - labelSmoothing), labelSmoothing / classes);
      const losses = tf.neg(tf.sum(tf.mul(smoothed, logProbabilities), 1));
      return { [head]: { sum: tf.sum(tf.mul(losses, known)), count: tf.sum(known) } };
    },
  };
}
