import { definePlugin, type StepContext, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { classesOption, classNames } from './class-names.js';
import { classTarget } from './class-target.js';
import { pooledHead, pooledOptions } from './pooled-head.js';

const ID = '@modalkit/core/rate';
/** softplus of it is 1. */
const UNIT = Math.log(Math.E - 1);
const schema = z.strictObject({
  /** Names of the levels from the lowest to the highest, or their number. */
  levels: classesOption,
  ...pooledOptions,
});

export type RateOptions = z.input<typeof schema>;

/**
 * Ordinal regression: a level of K in order, by cumulative logits (the proportional odds model, McCullagh 1980). One number s
 * of the fused vector, or one input's pooled vector, is held against K - 1 thresholds that rise by construction:
 *
 *   z_k = s - t_k, t_0 = 0, t_k = t_(k-1) + softplus(gap_k); P(level > k) = sigmoid(z_k)
 *
 * Outputs: `cumulative [B,K-1]`, the z, which `ordinalCrossEntropy` trains; `logits [B,K]`, ln P of each level, so that all that
 * reads a class reads a level; `values [B,1]`, how many z are above 0: the level as a number. It reads a level (a name or an
 * index) from the column `target`, which is the head's own name when left out.
 */
export const rate = definePlugin((options: RateOptions) => {
  const parsed = parseOptions(schema, options, ID);
  const names = classNames(parsed.levels);
  const gaps = names.length - 2;
  return pooledHead(ID, parsed, {
    spec: classTarget(names),
    width: 1,
    init: (context) => {
      if (gaps > 0) context.weight('gaps', [1, gaps], { kind: 'constant', value: UNIT }, { decay: false });
    },
    outputs: (score, context) => outputsOf(score, gaps, context),
  });
});

function outputsOf(score: Tensor, gaps: number, context: StepContext): Record<string, Tensor> {
  const { tf } = context;
  const rises = gaps > 0 ? tf.softplus(context.weight('gaps')) : undefined;
  const thresholds =
    rises &&
    tf.pad(tf.cumsum(rises, 1), [
      [0, 0],
      [1, 0],
    ]);
  const cumulative = thresholds ? tf.sub(score, thresholds) : score;
  const values = tf.sum(tf.cast(tf.greater(cumulative, 0), 'float32'), 1, true);
  return { cumulative, logits: levelLogits(context, cumulative, rises), values };
}

/**
 * ln P of each level, `[B,K]`. Between two thresholds, with a = z_(k-1) > b = z_k and a - b the gap:
 * ln(sigmoid(a) - sigmoid(b)) = ln sigmoid(a) + ln sigmoid(-b) + ln(1 - e^(b - a)).
 */
function levelLogits({ tf }: StepContext, cumulative: Tensor, rises: Tensor | undefined): Tensor {
  const pad = (x: Tensor, before: number, after: number) =>
    tf.pad(x, [
      [0, 0],
      [before, after],
    ]);
  const above = pad(tf.neg(tf.softplus(tf.neg(cumulative))), 1, 0);
  const below = pad(tf.neg(tf.softplus(cumulative)), 0, 1);
  const sum = tf.add(above, below);
  if (!rises) return sum;
  return tf.add(sum, pad(tf.log(tf.maximum(tf.sub(1, tf.exp(tf.neg(rises))), 1e-7)), 1, 1));
}
