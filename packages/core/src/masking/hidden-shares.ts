import type { StepContext, Tensor } from '@modalkit/contract';
import { gammaDraws } from './gamma-draws.js';

export interface TokenBudget {
  /** Tokens of a sample that are seen, on average and where it has as many. */
  readonly visible: number;
  /** Of the Dirichlet distribution: much below 1 one input gets most of the budget, much above all get the same. */
  readonly concentration: number;
}

/**
 * Which share of its tokens each input of a sample is to hide, so that the inputs share a budget of visible tokens by a Dirichlet
 * draw (MultiMAE, Bachmann et al. 2022; 4M, Mizrahi et al. 2023): lambda ~ Dirichlet(alpha) over the inputs that the sample has,
 * 1 - min(1, lambda_m visible / n_m) of the n_m tokens of input m.
 * @param counts `[B]` float32 of each input: valid tokens
 * @returns `[B,1]` of each input
 */
export function hiddenShares(context: StepContext, budget: TokenBudget, counts: readonly Tensor[]): Tensor[] {
  const { tf } = context;
  const tokens = tf.stack([...counts], 1);
  const drawn = gammaDraws(context, tokens.shape, budget.concentration);
  const there = tf.mul(drawn, tf.cast(tf.greater(tokens, 0), 'float32'));
  const shares = tf.div(there, tf.maximum(tf.sum(there, 1, true), 1e-30));
  const seen = tf.minimum(tf.div(tf.mul(shares, budget.visible), tf.maximum(tokens, 1)), 1);
  return tf.split(tf.sub(1, seen), counts.length, 1);
}
