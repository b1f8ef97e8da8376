import {
  CONTRACT,
  definePlugin,
  type InputView,
  OBJECTIVE,
  type Objective,
  type Tensor,
  type Tf,
} from '@modalkit/contract';
import { l2Normalise, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { softDtw } from '../align/soft-dtw.js';

const ID = '@modalkit/core/monotonic';
const schema = z
  .strictObject({
    /** Inputs whose tokens run in the same order. */
    from: z.string(),
    to: z.string(),
    /** Smoothing of the alignment, in units of 1 - cosine: near 0 only the best one counts. */
    gamma: z.number().min(0.001).max(100).default(0.1),
    weight: z.number().min(0).default(1),
  })
  .refine(({ from, to }) => from !== to, 'from and to must be two different inputs');

export type MonotonicOptions = z.input<typeof schema>;

/**
 * Monotonic alignment of two inputs' tokens by soft-DTW (Cuturi and Blondel 2017) over d_ij = 1 - cosine: one term
 * `from->to`, for each sample that has both,
 *
 *   -gamma ln sum over alignments exp(-(sum of d along it) / gamma), divided by the number of valid tokens of both.
 *
 * It draws together and has its least value where all tokens are equal, so it belongs beside an objective that sets apart,
 * such as `infoNCE`.
 */
export const monotonic = definePlugin((options: MonotonicOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => monotonicObjective(parsed)) };
});

function monotonicObjective(options: z.output<typeof schema>): Objective {
  const { from, to, gamma, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: [from, to],
    acrossBatch: false,
    terms({ inputs }, { tf }) {
      const [a, b] = [inputs[from]!, inputs[to]!];
      const [rows, columns] = [realTokens(tf, a), realTokens(tf, b)];
      const cosines = tf.matMul(l2Normalise(tf, a.values), l2Normalise(tf, b.values), false, true);
      const cost = softDtw(tf, { distances: tf.sub(1, cosines), rows, columns, gamma });
      const count = (valid: Tensor) => tf.sum(tf.cast(valid, 'float32'), 1);
      const [n, m] = [count(rows), count(columns)];
      const both = tf.logicalAnd(tf.greater(n, 0), tf.greater(m, 0));
      const means = tf.div(cost, tf.maximum(tf.add(n, m), 1));
      return {
        [`${from}->${to}`]: {
          sum: tf.sum(tf.where(both, means, tf.zerosLike(means))),
          count: tf.sum(tf.cast(both, 'float32')),
        },
      };
    },
  };
}

function realTokens(tf: Tf, { valid, present }: InputView): Tensor {
  return tf.logicalAnd(valid, tf.expandDims(present, 1));
}
