import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { initLinear, linear } from './linear.js';

export interface AttentionOptions {
  readonly heads: number;
  /** Key padding, `[B,S]` bool: only valid keys are attended to. */
  readonly keyValid: Tensor;
  /** `[B,T,S]` or `[1,T,S]` float32 added to the logits of every head, for example a time-slice or causal mask. */
  readonly bias?: Tensor;
}

/** Large enough that exp() of it is 0, small enough that two of them stay finite. */
const MASKED = -1e9;

/** Declares `name/{query,key,value,output}`; keys and values may come from another width. */
export function initAttention(context: InitContext, name: string, width: number, keyWidth = width): void {
  const scope = context.scope(name);
  initLinear(scope, 'query', width, width);
  initLinear(scope, 'key', keyWidth, width);
  initLinear(scope, 'value', keyWidth, width);
  initLinear(scope, 'output', width, width);
}

/** What queries are held against: keys and values by head, each `[B,heads,S,W/heads]`. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Keys and values of tokens `[B,S,K]`: made once, they serve any number of queries. */
export function keyValues(context: StepContext, name: string, tokens: Tensor, heads: number): KeyValues {
  const scope = context.scope(name);
  return {
    keys: splitHeads(context, linear(scope, 'key', tokens), heads),
    values: splitHeads(context, linear(scope, 'value', tokens), heads),
  };
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017): queries `[B,T,W]` over keys `[B,S,K]` -> `[B,T,W]`.
 * Where a sample has no valid key the result is a plain mean of its keys' values: callers gate it by validity.
 */
export function attention(
  context: StepContext,
  name: string,
  queries: Tensor,
  keys: Tensor,
  options: AttentionOptions,
): Tensor {
  return attend(context, name, queries, keyValues(context, name, keys, options.heads), options);
}

/** Attention of queries `[B,T,W]` over keys and values made before. */
export function attend(
  context: StepContext,
  name: string,
  queries: Tensor,
  { keys, values }: KeyValues,
  { heads, keyValid, bias }: AttentionOptions,
): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const [batch, tokens, width] = queries.shape as [number, number, number];
  const split = splitHeads(context, linear(scope, 'query', queries), heads);
  const logits = tf.mul(tf.matMul(split, keys, false, true), 1 / Math.sqrt(width / heads));
  const padding = tf.mul(tf.sub(1, tf.cast(tf.expandDims(tf.expandDims(keyValid, 1), 1), 'float32')), MASKED);
  const added = bias ? tf.add(padding, tf.expandDims(bias, 1)) : padding;
  const mixed = tf.matMul(tf.softmax(tf.add(logits, added)), values);
  return linear(scope, 'output', tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]));
}

/** `[B,T,W]` -> `[B,heads,T,W/heads]`. */
function splitHeads({ tf }: StepContext, x: Tensor, heads: number): Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}
