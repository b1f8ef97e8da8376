import type { MaskPolicy, StepContext, Tensor, TokenLayout } from '@modalkit/contract';
import { hideTokens } from '@modalkit/toolkit';

/**
 * Which valid tokens a policy hides, `[B,T]` bool. A span is a run of steps in time, hidden whole. A block is drawn once a
 * clip and lies on every step, and so does each place of a tube (VideoMAE, Tong et al. 2022).
 * @param places tokens of one step
 */
export function hideClip(context: StepContext, layout: TokenLayout, policy: MaskPolicy, places: number): Tensor {
  if (policy.kind !== 'span' && policy.kind !== 'tube') return hideTokens(context, layout, policy);
  const { tf } = context;
  const [batch, tokens] = layout.valid.shape as [number, number];
  const steps = Math.ceil(tokens / places);
  const drawn = policy.kind === 'span' ? [batch, steps, 1] : [batch, 1, places];
  const all = { valid: tf.ones([batch, drawn[1]! * drawn[2]!], 'bool'), position: {} };
  const hidden = hideTokens(context, all, policy.kind === 'span' ? policy : { ...policy, kind: 'random' });
  const repeated = tf.tile(tf.reshape(hidden, drawn), [1, steps / drawn[1]!, places / drawn[2]!]);
  const spread = tf.reshape(repeated, [batch, steps * places]);
  return tf.logicalAnd(layout.valid, tf.slice(spread, [0, 0], [batch, tokens]));
}
