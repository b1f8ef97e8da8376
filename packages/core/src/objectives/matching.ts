import {
  CONTRACT,
  definePlugin,
  type ModelView,
  OBJECTIVE,
  type Objective,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { initLinear, linear, parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { hardNegatives } from './hard-negatives.js';
import { labelTarget } from './label-target.js';
import { temperatureOption } from './logit-scale.js';
import { type PairBatch, pairBatch } from './pair-batch.js';
import { pairOption, pairOptions, unordered } from './pair-options.js';
import { viewRows } from './view-rows.js';

const ID = '@modalkit/core/matching';
const schema = z.strictObject({
  /** Two inputs that the fusion joins. */
  pair: pairOption,
  /** Column whose equal values keep two samples from being each other's negatives. */
  positives: pairOptions.positives,
  /** How much likelier those that look alike are drawn as negatives: near 0 only the hardest. */
  temperature: temperatureOption(0.07),
  weight: pairOptions.weight,
});

export type MatchingOptions = z.input<typeof schema>;

/**
 * Matching of two inputs after fusion, with hard negatives from the batch (ITM of ALBEF, Li et al. 2021, and
 * BLIP, Li et al. 2022). For each sample i that has both inputs the fusion sees, of these two alone, its own pair (a_i, b_i),
 * (a_i, b_j) and (a_k, b_i); j and k are drawn from the batch with probability softmax(cosine of pooled vectors /
 * temperature). With z = `linear`(pooled fused vector) and y = 1 for own pairs, 0 for drawn ones, the term `a+b` sums
 *
 *   softplus(z) - y z = -ln sigmoid(z) or -ln(1 - sigmoid(z))
 *
 * over all of these rows: three passes through the fusion. A sample for which no negative is left counts with its own pair
 * alone. The share of rows told rightly is measured as `accuracy`.
 */
export const matching = definePlugin((options: MatchingOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => matchingObjective(parsed)) };
});

function matchingObjective(options: z.output<typeof schema>): Objective {
  const { pair, positives, temperature, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: pair,
    targets: positives === undefined ? {} : { [positives]: labelTarget() },
    needsFusion: true,
    acrossBatch: true,
    init: (context) => initLinear(context, 'linear', context.space.width, 1),
    terms(view, context) {
      const { tf } = context;
      const { both, draws, found } = drawPairs(context, pairBatch(context, view, pair, positives), temperature);
      const logits = tf.reshape(linear(context, 'linear', fusePairs(context, view, pair, draws)), [-1]);
      const own = tf.concat([tf.onesLike(both), tf.zerosLike(both), tf.zerosLike(both)], 0);
      const counted = tf.concat([both, ...found], 0);
      const losses = tf.sub(tf.softplus(logits), tf.mul(own, logits));
      const right = tf.cast(tf.equal(tf.cast(tf.greater(logits, 0), 'float32'), own), 'float32');
      const term = (each: Tensor) => countedTerm(tf, each, counted);
      return { [unordered(pair)]: term(losses), accuracy: { ...term(right), onlyMeasured: true } };
    },
  };
}

/** For each row of either input one of the other: by `a` its b, by `b` its a. */
function drawPairs(context: StepContext, { similarity, both, positives }: PairBatch, temperature: number) {
  const { tf } = context;
  const rows = both.shape[0]!;
  const same = positives ? tf.maximum(positives.equal, tf.eye(rows)) : tf.eye(rows);
  const may = tf.mul(tf.sub(1, same), tf.mul(tf.expandDims(both, 1), tf.expandDims(both, 0)));
  const draw = (purpose: string, cosines: Tensor) => hardNegatives(context, purpose, cosines, may, temperature);
  const negatives = [draw('negatives/b', similarity), draw('negatives/a', tf.transpose(similarity))];
  return { both, draws: negatives.map(({ ids }) => ids), found: negatives.map(({ found }) => found) };
}

/** Pooled fused vectors of the own pairs, of each a with a drawn b, and of each b with a drawn a: `[3B,D]`. */
function fusePairs({ tf }: StepContext, view: ModelView, [a, b]: readonly string[], draws: readonly Tensor[]): Tensor {
  const rows = view.inputs[a!]!.present.shape[0]!;
  const own = tf.range(0, rows, 1, 'int32');
  const [drawnB, drawnA] = draws as [Tensor, Tensor];
  return view.fuse!({
    [a!]: viewRows(tf, view.inputs[a!]!, tf.concat([own, own, drawnA], 0)),
    [b!]: viewRows(tf, view.inputs[b!]!, tf.concat([own, drawnB, own], 0)),
  }).pooled;
}
