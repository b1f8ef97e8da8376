import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type StepContext, type Term } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { labelTarget } from './label-target.js';
import { initLogitScales, logitScale, temperatureOption } from './logit-scale.js';
import { ownOrPositives, type PairBatch, pairBatch } from './pair-batch.js';
import { type Pair, pairOptions, pairsOf, pairTerm, unordered } from './pair-options.js';

const ID = '@modalkit/core/sigLIP';
const schema = z.strictObject({ ...pairOptions, temperature: temperatureOption(0.1) });

export type SigLIPOptions = z.input<typeof schema>;

/**
 * Sigmoid loss for pairs (SigLIP, Zhai et al. 2023). With unit rows x of input a and y of b,
 * z_ij = exp(logitScale/a+b) x_i.y_j + logitBias/a+b and label +1 for positives, -1 otherwise, the term `a->b` sums over
 * samples i that have both inputs
 *
 *   L_i = sum_j -ln sigmoid(label_ij z_ij) = sum_j softplus(z_ij) - sum_{p positive} z_ip,
 *
 * j over the samples that have both. It is symmetrical, so there is no `b->a`. A positive is the sample's own pair, or
 * with `positives` every sample of equal target. Each pair has a scale and a bias of its own, the names sorted:
 * `logitScale/a+b` begins at -ln(temperature) and stays in [0, ln 100], `logitBias/a+b` begins at -10.
 */
export const sigLIP = definePlugin((options: SigLIPOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => sigLIPObjective(parsed)) };
});

function sigLIPObjective(options: z.output<typeof schema>): Objective {
  const { pairs, positives, temperature, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: pairs && [...new Set(pairs.flat())],
    targets: positives === undefined ? {} : { [positives]: labelTarget() },
    acrossBatch: true,
    fromPooled: true,
    init(context, inputs) {
      const all = pairsOf(ID, pairs, inputs);
      initLogitScales(context, all, temperature);
      for (const pair of all) {
        const begin = { kind: 'constant', value: -10 } as const;
        context.weight(`logitBias/${unordered(pair)}`, [], begin, { decay: false, term: pairTerm(pair) });
      }
    },
    terms(view, context) {
      const all = pairsOf(ID, pairs, Object.keys(view.inputs));
      return Object.fromEntries(
        all.map((pair) => [pairTerm(pair), sigmoidTerm(context, pair, pairBatch(context, view, pair, positives))]),
      );
    },
  };
}

function sigmoidTerm(context: StepContext, pair: Pair, { similarity, own, both, positives }: PairBatch): Term {
  const { tf } = context;
  const [scale, bias] = [logitScale(context, pair), context.weight(`logitBias/${unordered(pair)}`)];
  const logits = tf.add(tf.mul(similarity, scale), bias);
  const repelled = tf.sum(tf.mul(tf.softplus(logits), both), 1);
  const attracted = ownOrPositives(context, tf.add(tf.mul(own, scale), bias), positives, (equal) =>
    tf.sum(tf.mul(logits, equal), 1),
  );
  return countedTerm(tf, tf.sub(repelled, attracted), both);
}
