import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import { feedForward, initFeedForward, initLinear, linear, zeroInvalid } from '@modalkit/toolkit';
import type { ParsedOptions } from './__modality__-options.js';

/** Declares `embed/…`, `hidden [width]` and `encoder/…`. */
export function initEncoder(context: InitContext, { channels, width }: ParsedOptions): void {
  initLinear(context, 'embed', channels, width);
  context.weight('hidden', [width], { kind: 'normal', std: 0.02 });
  initFeedForward(context, 'encoder', width, 2 * width, width);
}

/**
 * One token a window: embedded, replaced by a learnt token where hidden, then through a perceptron of its own, so that no token
 * sees another. The target of a token is its standardised means, `[batch, token, channels]`.
 */
export function encodeWindows(arrays: BatchTensors, hidden: Tensor, context: StepContext): Tokens {
  const { tf } = context;
  const { valid, time, values } = arrays as BatchTensors & { values: Tensor };
  const embedded = tf.where(tf.expandDims(hidden, 2), context.weight('hidden'), linear(context, 'embed', values));
  const encoded = tf.add(embedded, feedForward(context, 'encoder', embedded));
  return { values: zeroInvalid(tf, encoded, valid), valid, hidden, target: values, position: { time } };
}
