import type { MaskPolicy, StepContext, Tensor, TokenLayout } from '@modalkit/contract';
import { hideTokens } from '@modalkit/toolkit';

/**
 * Which valid tokens a policy hides, `[B,T]` bool. A span is a run of steps in time, hidden whole. A block is drawn once a
 * clip and lies on every step: a tube (VideoMAE, Tong et al. 2022).
 * @param places tokens of one step
 */
export function hideClip(context: StepContext, layout: TokenLayout, policy: MaskPolicy, places: number): Tensor {
  if (policy.kind !== 'span') return hideTokens(context, layout, policy);
  const { tf } = context;
  const [batch, tokens] = layout.valid.shape as [number, number];
  const steps = Math.ceil(tokens / places);
  const hidden = hideTokens(context, { valid: tf.ones([batch, steps], 'bool'), position: {} }, policy);
  const spread = tf.reshape(tf.tile(tf.expandDims(hidden, 2), [1, 1, places]), [batch, steps * places]);
  return tf.logicalAnd(layout.valid, tf.slice(spread, [0, 0], [batch, tokens]));
}
