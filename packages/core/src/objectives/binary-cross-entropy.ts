import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type Tensor, type Tf } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classWeightsOf } from './class-weights.js';
import { focus } from './focus.js';
import { headOutput } from './head-output.js';
import { targetOf } from './target-of.js';

const ID = '@modalkit/core/binaryCrossEntropy';
const schema = z.strictObject({
  /** A `tag` head. */
  head: z.string(),
  /** Column of the set of classes, declared by the head; the head's name when left out. */
  target: z.string().optional(),
  /** Share of the probability that is spread evenly over yes and no, 0..1. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** Factor of what is true of each class, in the classes' order: more than 1 for a rare one; 1 when left out. */
  positiveWeights: z.array(z.number().min(0)).min(2).optional(),
  /** Gamma of the focal loss; 0 is plain cross entropy. */
  focal: z.number().min(0).max(10).default(0),
  weight: z.number().min(0).default(1),
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
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => objective(parsed)) };
});

function objective(options: z.output<typeof schema>): Objective {
  const { head, target = head, labelSmoothing, positiveWeights, focal, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const logits = headOutput(ID, view, head, 'labelLogits', 'a `tag` head');
      const { values, valid } = targetOf(ID, view, target);
      const known = tf.cast(valid, 'float32');
      const yes = tf.add(tf.mul(values, 1 - labelSmoothing), labelSmoothing / 2);
      const weighted = positiveWeights ? tf.mul(yes, classWeightsOf(tf, ID, positiveWeights, logits.shape[1]!)) : yes;
      const costs = tf.add(
        tf.mul(weighted, costOf(tf, logits, focal)),
        tf.mul(tf.sub(1, yes), costOf(tf, tf.neg(logits), focal)),
      );
      return { [head]: { sum: tf.sum(tf.mul(tf.mean(costs, 1), known)), count: tf.sum(known) } };
    },
  };
}

/** -ln sigmoid(z) times the focal factor. */
function costOf(tf: Tf, logits: Tensor, focal: number): Tensor {
  const cost = tf.softplus(tf.neg(logits));
  return focal ? tf.mul(focus(tf, tf.neg(cost), focal), cost) : cost;
}
