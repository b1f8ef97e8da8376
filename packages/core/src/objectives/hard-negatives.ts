import type { StepContext, Tensor } from '@modalkit/contract';
import { stopGradient } from './stop-gradient.js';

/** Below any draw: never chosen. */
const NEVER = -1e9;
/** Added within a logarithm of a number in [0, 1). */
const TINY = 1e-9;

/**
 * For each row a column, drawn with probability softmax(similarity / temperature) over the columns that it may have: the more
 * alike, the likelier (ALBEF, Li et al. 2021). Drawn as the largest of logit + Gumbel noise (Gumbel 1954).
 * @param similarity `[B,B]`
 * @param may `[B,B]` float32, 1 where a column may be drawn
 * @returns `ids [B]` int32, and `found [B]` float32: 0 where a row may have no column
 */
export function hardNegatives(
  { tf, random }: StepContext,
  purpose: string,
  similarity: Tensor,
  may: Tensor,
  temperature: number,
): { readonly ids: Tensor; readonly found: Tensor } {
  const log = (x: Tensor) => tf.log(tf.add(x, TINY));
  const gumbel = tf.neg(log(tf.neg(log(random.uniform(purpose, similarity.shape)))));
  const logits = tf.add(tf.div(stopGradient(tf, similarity), temperature), gumbel);
  const open = tf.add(tf.mul(logits, may), tf.mul(tf.sub(1, may), NEVER));
  return { ids: tf.argMax(open, 1), found: tf.max(may, 1) };
}
