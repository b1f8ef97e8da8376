import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import {
  firstRows,
  initLinear,
  initTransformer,
  linear,
  sincosPositions,
  transformer,
  zeroInvalid,
} from '@modalkit/toolkit';
import type { ParsedOptions } from './__modality__-options.js';

/** Declares `embed/…`, `hidden [width]`, the fixed `positions [maxTokens, width]` and `encoder/…`. */
export function initEncoder(context: InitContext, { channels, maxTokens, width, layers }: ParsedOptions): void {
  initLinear(context, 'embed', channels, width);
  context.weight('hidden', [width], { kind: 'normal', std: 0.02 });
  const positions = { kind: 'values', values: sincosPositions(maxTokens, width) } as const;
  context.weight('positions', [maxTokens, width], positions, { trainable: false });
  initTransformer(context, 'encoder', width, layers);
}

/**
 * One token a row: embedded, replaced by a learnt token where hidden, then mixed by a transformer. The target of a token is its
 * standardised numbers, `[batch, token, channels]`.
 */
export function encodeRows(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext,
  { layers, heads }: ParsedOptions,
): Tokens {
  const { tf } = context;
  const { valid, order, values } = arrays as BatchTensors & { values: Tensor };
  const embedded = tf.where(tf.expandDims(hidden, 2), context.weight('hidden'), linear(context, 'embed', values));
  const placed = tf.add(embedded, firstRows(tf, context.weight('positions'), valid.shape[1]!));
  const mixed = transformer(context, 'encoder', placed, layers, { heads, valid });
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target: values, position: { order } };
}
