import {
  CONTRACT,
  definePlugin,
  type InputView,
  ModalkitError,
  OBJECTIVE,
  type Objective,
  type Tensor,
  type Tf,
  type TokenScorer,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { fusedTokens } from '../heads/fused-tokens.js';
import { countedTerm } from './counted-term.js';

const ID = '@modalkit/core/maskedModelling';
/** Under the root of the variance (MAE, He et al. 2022). */
const LEAST_VARIANCE = 1e-6;
const schema = z.strictObject({
  /** Input whose hidden tokens are predicted; `masking` says which are hidden. */
  input: z.string(),
  /** Tokens they are predicted from: the input's own, or those that have met the other inputs. */
  from: z.enum(['input', 'fused']).default('input'),
  /** Values: each token's target is standardised by its own mean and deviation. */
  normalise: z.boolean().default(true),
  weight: z.number().min(0).default(1),
});

export type MaskedModellingOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema>;

/**
 * Masked modelling: what lies under an input's hidden tokens is predicted from what is seen, one term named after the input,
 * summed over hidden tokens. The adapter's `target` scores each token.
 * - Classes (BERT, Devlin et al. 2019): -ln softmax(score)_y of the hidden class y. The share of hidden tokens whose likeliest
 *   class is y is measured as `accuracy`.
 * - Values (MAE, He et al. 2022, with mask tokens in the encoder as in SimMIM, Xie et al. 2022): mean_k (score_k - t_k)^2 over
 *   the token's w values; with `normalise` t = (v - mean v) / sqrt(var v + 1e-6), the variance over w - 1.
 *
 * From `input` a modality learns its own structure; from `fused` what is hidden in one may be found in another (4M, Mizrahi et
 * al. 2023).
 */
export const maskedModelling = definePlugin((options: MaskedModellingOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => maskedObjective(parsed)) };
});

function maskedObjective(options: Settings): Objective {
  const { input, from, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: [input],
    hidden: [input],
    needsFusion: from === 'fused',
    acrossBatch: false,
    terms(view, { tf }) {
      const { scorer, target, ...tokens } = targetsOf(view.inputs[input]!, input);
      const seen = from === 'fused' ? fusedTokens(tf, ID, view, input) : tokens;
      const asked = tf.cast(tf.logicalAnd(tokens.hidden, seen.valid), 'float32');
      const term = (each: Tensor) => countedTerm(tf, each, asked);
      const scores = scorer.score(seen.values);
      if (scorer.kind === 'values') return { [input]: term(squaredError(tf, scores, target, options)) };
      const right = tf.cast(tf.equal(tf.argMax(scores, 2), target), 'float32');
      return { [input]: term(surprise(tf, scores, target)), accuracy: { ...term(right), onlyMeasured: true } };
    },
  };
}

function targetsOf(view: InputView, name: string): InputView & { scorer: TokenScorer; target: Tensor } {
  const { scorer, target } = view;
  if (scorer && target) return { ...view, scorer, target };
  throw new ModalkitError(
    'COMPOSE',
    `${ID}: the tokens of "${name}" carry no target; name an input whose adapter has one.`,
  );
}

/** -ln p of each token's class, `[B,T]`. */
function surprise(tf: Tf, logits: Tensor, classes: Tensor): Tensor {
  const own = tf.oneHot(classes as never, logits.shape[2]!, 1, 0, 'float32');
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), own), 2));
}

/** Mean squared error of each token's values, `[B,T]`. */
function squaredError(tf: Tf, scores: Tensor, values: Tensor, { normalise, input }: Settings): Tensor {
  return tf.mean(tf.square(tf.sub(scores, normalise ? standardised(tf, values, input) : values)), 2);
}

function standardised(tf: Tf, values: Tensor, input: string): Tensor {
  const width = values.shape[2]!;
  if (width < 2)
    throw new ModalkitError(
      'COMPOSE',
      `${ID}: each token of "${input}" is one value, which is nothing by its own mean; set \`normalise: false\`.`,
    );
  const centred = tf.sub(values, tf.mean(values, 2, true));
  const variance = tf.div(tf.sum(tf.square(centred), 2, true), width - 1);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, LEAST_VARIANCE)));
}
