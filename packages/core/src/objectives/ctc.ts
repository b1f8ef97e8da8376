import { CONTRACT, definePlugin, ModalkitError, OBJECTIVE, type Objective } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { ctcCost } from '../align/ctc-cost.js';
import { targetOf } from './target-of.js';

const ID = '@modalkit/core/ctc';
const schema = z.strictObject({
  /** A `transcribe` head. */
  head: z.string(),
  /** Column of the list of classes, declared by the head; the head's name when left out. */
  target: z.string().optional(),
  weight: z.number().min(0).default(1),
});

export type CtcOptions = z.input<typeof schema>;

/**
 * Connectionist temporal classification (Graves et al. 2006): one term named after the head, -ln p(list | tokens)
 * summed over the samples that have tokens and the target. Lists that the tokens are too few for, a blank between equal
 * neighbours included, are no part of it; their share is measured as `impossible`.
 */
export const ctc = definePlugin((options: CtcOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => ctcObjective(parsed)) };
});

function ctcObjective(options: z.output<typeof schema>): Objective {
  const { head, target = head, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const [logits, valid] = [view.outputs[`${head}/tokenLogits`], view.outputs[`${head}/valid`]];
      if (!logits || !valid)
        throw new ModalkitError('COMPOSE', `${ID}: head "${head}" has no \`tokenLogits\`; name a \`transcribe\` head.`);
      const labels = targetOf(ID, view, target);
      const { cost, possible } = ctcCost(tf, tf.logSoftmax(logits), valid, labels.values);
      const known = tf.logicalAnd(labels.valid, tf.any(valid, 1));
      const counted = tf.logicalAnd(known, possible);
      const total = (flags: typeof known) => tf.sum(tf.cast(flags, 'float32'));
      return {
        [head]: { sum: tf.sum(tf.where(counted, cost, tf.zerosLike(cost))), count: total(counted) },
        impossible: {
          sum: total(tf.logicalAnd(known, tf.logicalNot(possible))),
          count: total(known),
          onlyMeasured: true,
        },
      };
    },
  };
}
