import {
  CONTRACT,
  definePlugin,
  OBJECTIVE,
  type Objective,
  type StepContext,
  type Tensor,
  type Term,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { labelTarget } from './label-target.js';
import { initLogitScales, logitScale, temperatureOption } from './logit-scale.js';
import { ownOrPositives, type PairBatch, pairBatch } from './pair-batch.js';
import { pairOptions, pairsOf, pairTerm } from './pair-options.js';

const ID = '@modalkit/core/infoNCE';
/** Added to the logit of a sample that lacks an input: exp() of it is 0. */
const ABSENT = -1e9;
const schema = z.strictObject({ ...pairOptions, temperature: temperatureOption(0.07) });

export type InfoNCEOptions = z.input<typeof schema>;

/**
 * InfoNCE (van den Oord et al. 2018) over pooled vectors, symmetrical as in CLIP (Radford et al. 2021). With unit rows
 * x of input a and y of b, z_ij = exp(logitScale/a+b) x_i.y_j, the term `a->b` sums over samples i that have both inputs
 *
 *   L_i = ln sum_j exp(z_ij) - mean_{p in P(i)} z_ip,
 *
 * j over the samples that have both; `b->a` is the same of the transpose. P(i) is {i}, or with `positives` all samples
 * of equal target: the mean of -ln p over positives (L_out of supervised contrast, Khosla et al. 2020). A sample without
 * the target is its own only positive. Each pair has a scale of its own, `logitScale/a+b` with the names sorted: it is
 * learnt, begins at -ln(temperature) and stays in [0, ln 100].
 */
export const infoNCE = definePlugin((options: InfoNCEOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => infoNCEObjective(parsed)) };
});

function infoNCEObjective(options: z.output<typeof schema>): Objective {
  const { pairs, positives, temperature, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: pairs && [...new Set(pairs.flat())],
    targets: positives === undefined ? {} : { [positives]: labelTarget() },
    acrossBatch: true,
    fromPooled: true,
    init: (context, inputs) => initLogitScales(context, pairsOf(ID, pairs, inputs), temperature),
    terms(view, context) {
      const terms: Record<string, Term> = {};
      for (const pair of pairsOf(ID, pairs, Object.keys(view.inputs))) {
        const [a, b] = pair;
        const batch = pairBatch(context, view, pair, positives);
        const similarity = context.tf.transpose(batch.similarity);
        const scale = logitScale(context, pair);
        terms[pairTerm([a, b])] = direction(context, batch, scale);
        terms[pairTerm([b, a])] = direction(context, { ...batch, similarity }, scale);
      }
      return terms;
    },
  };
}

function direction(context: StepContext, { similarity, own, both, positives }: PairBatch, scale: Tensor): Term {
  const { tf } = context;
  const logits = tf.mul(similarity, scale);
  const normaliser = tf.logSumExp(tf.add(logits, tf.mul(tf.sub(1, both), ABSENT)), 1);
  const attracted = ownOrPositives(context, tf.mul(own, scale), positives, (equal) => rowMean(context, logits, equal));
  return countedTerm(tf, tf.sub(normaliser, attracted), both);
}

/** Mean of each row over the entries that are 1 in `chosen`. */
function rowMean({ tf }: StepContext, values: Tensor, chosen: Tensor): Tensor {
  return tf.div(tf.sum(tf.mul(values, chosen), 1), tf.maximum(tf.sum(chosen, 1), 1));
}
