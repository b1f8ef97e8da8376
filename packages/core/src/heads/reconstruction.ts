import { definePlugin, type FusedView, type Head, type StepContext, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { targetsOf, tokenErrors } from '../objectives/token-errors.js';
import { calibratedHead, calibratedOptions } from './calibrated-head.js';
import { targetedHead } from './targeted-head.js';

const ID = '@modalkit/core/reconstruction';
const schema = z.strictObject({
  /** Input whose tokens are hidden and predicted, as `maskedModelling` of that input has taught. */
  input: z.string(),
  /** The input is encoded so many times, each time with another share of its tokens hidden: every token once. */
  passes: z.int().min(1).max(16).default(2),
  /** That of the objective. */
  normalise: z.boolean().default(true),
  ...calibratedOptions,
});

export type ReconstructionOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * How badly a sample's tokens are predicted from its other tokens by a model that has learnt that on normal samples: the mean of
 * the masked-modelling errors e_t over valid tokens, token t of n passes hidden in pass t mod n (as masked autoencoders are
 * used for anomalies, for example Jiang et al. 2022). It learns nothing but its threshold.
 *
 * Outputs, in evaluation: `score [B,1]`, 0 where the sample lacks the input; `logits [B,2]`, 0 and ln(score / threshold).
 * @throws ModalkitError DATA when the calibration split has too few normal samples, COMPOSE for an input without a target
 */
export const reconstruction = definePlugin((options: ReconstructionOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, reconstructionHead);
});

function reconstructionHead(options: Settings): Head {
  return calibratedHead(ID, options, options.input, {
    score: (view, { tf }) => ({ score: meanError(tf, view, options) }),
  });
}

/** `[B,1]`. */
function meanError(tf: StepContext['tf'], { hide }: FusedView, { input, passes, normalise }: Settings): Tensor {
  const parts = Array.from({ length: passes }, (_, pass) => {
    const tokens = hide!(input, (valid) => tf.logicalAnd(valid, everyToken(tf, valid.shape[1]!, passes, pass)));
    const { scorer, target } = targetsOf(tokens, ID, input);
    const errors = tokenErrors(tf, scorer.kind, scorer.score(tokens.values), target, { who: ID, input, normalise });
    const asked = tf.cast(tokens.hidden, 'float32');
    return { sum: tf.sum(tf.mul(errors, asked), 1, true), count: tf.sum(asked, 1, true) };
  });
  const count = tf.addN(parts.map((part) => part.count));
  return tf.div(tf.addN(parts.map((part) => part.sum)), tf.maximum(count, 1));
}

/** `[1,T]` bool: every so-manieth token, from `first` on. */
function everyToken(tf: StepContext['tf'], tokens: number, step: number, first: number): Tensor {
  const order = tf.expandDims(tf.range(0, tokens, 1, 'int32'), 0);
  return tf.equal(tf.mod(order, tf.scalar(step, 'int32')), tf.scalar(first, 'int32'));
}
