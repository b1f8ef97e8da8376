import type { StepContext, Tensor } from '@modalkit/contract';

/**
 * Modality dropout (ModDrop, Neverova et al. 2015): each input of a sample is left out with probability `rate`, drawn anew in
 * each step; the present input with the highest draw always stays, so that no sample is left with nothing.
 * @param present `[B]` bool of each input
 * @returns `[B]` bool of each input: what the fusion takes for present
 */
export function dropInputs({ tf, random }: StepContext, present: readonly Tensor[], rate: number): Tensor[] {
  const there = tf.stack([...present], 1);
  const draws = random.uniform('input dropout', there.shape);
  const candidates = tf.mul(tf.add(draws, 1), tf.cast(there, 'float32'));
  const highest = tf.equal(candidates, tf.max(candidates, 1, true));
  const kept = tf.logicalAnd(there, tf.logicalOr(tf.greaterEqual(draws, rate), highest));
  return tf.unstack(kept, 1);
}
