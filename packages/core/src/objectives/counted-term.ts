import type { Tensor, Term, Tf } from '@modalkit/contract';

/** The losses `[B]` of those that count, `[B]` float32 of 0 and 1, as one term. */
export function countedTerm(tf: Tf, losses: Tensor, counted: Tensor): Term {
  return { sum: tf.sum(tf.mul(losses, counted)), count: tf.sum(counted) };
}
