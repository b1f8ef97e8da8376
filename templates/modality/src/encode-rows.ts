import type { BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import { initLinear, initTransformer, linear, sincosPositions, transformer, zeroInvalid } from '@modalkit/toolkit';
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
  const placed = tf.add(embedded, positionRows(context, valid.shape[1]!));
  const mixed = transformer(context, 'encoder', placed, layers, { heads, valid });
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target: values, position: { order } };
}

/** The first `tokens` rows of the table; a bucket may be longer than any sample, its tokens beyond the table are padding. */
function positionRows({ tf, weight }: StepContext, tokens: number): Tensor {
  const table = weight('positions');
  const [rows, width] = table.shape as [number, number];
  const used = tf.slice(table, [0, 0], [Math.min(rows, tokens), width]);
  return tokens <= rows
    ? used
    : tf.pad(used, [
        [0, tokens - rows],
        [0, 0],
      ]);
}
