import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { fusedTokens } from '../heads/fused-tokens.js';
import { countedTerm } from './counted-term.js';
import { targetsOf, tokenErrors } from './token-errors.js';

const ID = '@modalkit/core/maskedModelling';
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
  const { input, from, normalise, weight } = options;
  return {
    id: ID,
    options,
    weight,
    inputs: [input],
    hidden: [input],
    needsFusion: from === 'fused',
    acrossBatch: false,
    terms(view, { tf }) {
      const tokens = view.inputs[input]!;
      const { scorer, target } = targetsOf(tokens, ID, input);
      const seen = from === 'fused' ? fusedTokens(tf, ID, view, input) : tokens;
      const asked = tf.cast(tf.logicalAnd(tokens.hidden, seen.valid), 'float32');
      const term = (each: Tensor) => countedTerm(tf, each, asked);
      const scores = scorer.score(seen.values);
      const errors = { [input]: term(tokenErrors(tf, scorer.kind, scores, target, { who: ID, input, normalise })) };
      if (scorer.kind === 'values') return errors;
      const right = tf.cast(tf.equal(tf.argMax(scores, 2), target), 'float32');
      return { ...errors, accuracy: { ...term(right), onlyMeasured: true } };
    },
  };
}
