import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import { initLinear, initTransformer, linear, sincosPositions2d, transformer, zeroInvalid } from '@modalkit/toolkit';
import type { ParsedOptions } from './depth-options.js';

/** Declares `embed/…`, `hidden [width]`, the fixed `positions [token, width]` and `encoder/…`. */
export function initEncoder(context: InitContext, { rows, columns, patch, width, layers }: ParsedOptions): void {
  const [down, across] = [rows / patch, columns / patch];
  initLinear(context, 'embed', 2 * patch * patch, width);
  context.weight('hidden', [width], { kind: 'normal', std: 0.02 });
  const positions = { kind: 'values', values: sincosPositions2d(down, across, width) } as const;
  context.weight('positions', [down * across, width], positions, { trainable: false });
  initTransformer(context, 'encoder', width, layers);
}

/** One token a square: embedded, replaced by a learnt token where hidden, then mixed by a transformer. */
export function encodeGrids(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext,
  { layers, heads }: ParsedOptions,
): Tokens {
  const { tf } = context;
  const { valid, box, values } = arrays as BatchTensors & { values: Tensor };
  const embedded = tf.where(tf.expandDims(hidden, 2), context.weight('hidden'), linear(context, 'embed', values));
  const placed = tf.add(embedded, context.weight('positions'));
  const mixed = transformer(context, 'encoder', placed, layers, { heads, valid });
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target: values, position: { box } };
}
