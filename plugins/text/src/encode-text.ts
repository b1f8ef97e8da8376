import type { Aligned, BatchTensors, InitContext, StepContext, Tensor, Tokens } from '@modalkit/contract';
import {
  embedding,
  firstRows,
  initEmbedding,
  initLinear,
  initTransformer,
  linear,
  maskedMean,
  sincosPositions,
  transformer,
  zeroInvalid,
} from '@modalkit/toolkit';
import type { TextOptions } from './text-options.js';
import { SPECIAL, SPECIAL_TOKENS, type TokenizerState } from './tokenizer-state.js';

/** Declares `embedding [classes, width]`, `positions [maxTokens, width]`, `encoder/…` and `align/…`. */
export function initText(context: InitContext<TokenizerState>, options: TextOptions): void {
  const { width, maxTokens, layers } = options;
  initEmbedding(context, 'embedding', context.state.classes, width);
  if (options.positions === 'learnable') initEmbedding(context, 'positions', maxTokens, width);
  else
    context.weight(
      'positions',
      [maxTokens, width],
      { kind: 'values', values: fixedPositions(options) },
      { trainable: false },
    );
  initTransformer(context, 'encoder', width, layers);
  initLinear(context, 'align', width, context.space.width);
}

/** Sinusoids brought to the embedding's deviation, 0.02, that neither drowns the other. */
function fixedPositions({ maxTokens, width }: TextOptions): Float32Array {
  return sincosPositions(maxTokens, width).map((value) => value * 0.02 * Math.SQRT2);
}

/** Embeds `ids [B,T]`, with what stands for them where hidden, adds positions and mixes: a pre-norm transformer encoder. */
export function encodeText(
  arrays: BatchTensors,
  hidden: Tensor,
  context: StepContext<TokenizerState>,
  options: TextOptions,
): Tokens {
  const { tf } = context;
  const { valid, order, ids } = arrays as BatchTensors & { ids: Tensor };
  const embedded = embedding(context, 'embedding', visibleIds({ ids, valid, hidden }, context, options));
  const placed = tf.add(embedded, firstRows(tf, context.weight('positions'), ids.shape[1]!));
  const mixed = transformer(context, 'encoder', placed, options.layers, { heads: options.heads, valid });
  return { values: zeroInvalid(tf, mixed, valid), valid, hidden, target: ids, position: { order } };
}

interface Ids {
  readonly ids: Tensor;
  readonly valid: Tensor;
  readonly hidden: Tensor;
}

/** The ids that may be seen: what stands for them where hidden, 0 where invalid. */
function visibleIds(known: Ids, context: StepContext<TokenizerState>, { hides }: TextOptions): Tensor {
  const { tf, training } = context;
  const { ids, valid, hidden } = known;
  const mask = tf.scalar(SPECIAL.mask, 'int32');
  const stands = hides === 'bert' && training ? bertIds(ids, mask, context) : mask;
  return tf.where(hidden, stands, tf.mul(ids, tf.cast(valid, 'int32')));
}

/** The mask token at 80 %, any token of a text at 10 %, the token itself at 10 %. */
function bertIds(ids: Tensor, mask: Tensor, { tf, random, state }: StepContext<TokenizerState>): Tensor {
  const others = state.classes - SPECIAL_TOKENS;
  const drawn = tf.minimum(tf.floor(tf.mul(random.uniform('other token', ids.shape), others)), others - 1);
  const other = tf.cast(tf.add(drawn, SPECIAL_TOKENS), 'int32');
  const share = random.uniform('stands for', ids.shape);
  return tf.where(tf.less(share, 0.8), mask, tf.where(tf.less(share, 0.9), other, ids));
}

/** A linear projection to the space's width; pooled is the mean of the valid tokens. */
export function alignText(tokens: Tokens, context: StepContext<TokenizerState>): Aligned {
  const values = zeroInvalid(context.tf, linear(context, 'align', tokens.values), tokens.valid);
  return { ...tokens, values, pooled: maskedMean(context.tf, values, tokens.valid) };
}
