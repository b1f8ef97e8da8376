import type { Json, Objective, Tensor, Tf } from '@modalkit/contract';
import { z } from 'zod';
import { headOutput } from './head-output.js';
import { targetOf } from './target-of.js';

export const regressionOptions = {
  /** A `regress` head. */
  head: z.string(),
  /** Column of the numbers, declared by the head; the head's name when left out. */
  target: z.string().optional(),
  weight: z.number().min(0).default(1),
};

type Options = Json & { readonly head: string; readonly target?: string; readonly weight: number };

/**
 * One term named after the head: the mean over a sample's numbers of what an error costs, summed over the samples that have
 * the target. Errors are in the head's deviations.
 */
export function regressionObjective(
  id: string,
  options: Options,
  costOf: (tf: Tf, errors: Tensor) => Tensor,
): Objective {
  const { head, target = head, weight } = options;
  return {
    id,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const predicted = headOutput(id, view, head, 'standard', 'a `regress` head');
      const { values, valid } = targetOf(id, view, target);
      const known = tf.cast(valid, 'float32');
      const costs = tf.mean(costOf(tf, tf.sub(predicted, values)), 1);
      return { [head]: { sum: tf.sum(tf.mul(costs, known)), count: tf.sum(known) } };
    },
  };
}
