import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import {
  attend,
  feedForward,
  initAttention,
  initFeedForward,
  initLayerNorm,
  type KeyValues,
  keyValues,
  layerNorm,
} from '@modalkit/toolkit';

/** What a decoder writes from. */
export interface Memory {
  readonly tokens: KeyValues;
  /** `[B,S]` bool. */
  readonly valid: Tensor;
}

export interface BlockStep {
  readonly heads: number;
  readonly memory: Memory;
  /** Keys and values of the tokens before `x`. */
  readonly past?: KeyValues;
  /** `[B,P+T]` bool: of the tokens before `x` and of `x`. */
  readonly valid: Tensor;
  /** `[1,T,P+T]`. */
  readonly bias?: Tensor;
}

/** Declares one block at `name`; the feed-forward layer is four times as wide. */
export function initDecoderBlock(context: InitContext, name: string, width: number): void {
  const scope = context.scope(name);
  for (const part of ['self', 'memory']) {
    initLayerNorm(scope, `${part}Norm`, width);
    initAttention(scope, part, width);
  }
  initLayerNorm(scope, 'mlpNorm', width);
  initFeedForward(scope, 'mlp', width, 4 * width);
}

/**
 * A block of a transformer decoder (Vaswani et al. 2017; pre-norm by Xiong et al. 2020): `x [B,T,W]` attends to itself and to the
 * tokens before it, then to the memory. Returns the next `x` and the keys and values of all tokens so far.
 */
export function decoderBlock(
  context: StepContext,
  name: string,
  x: Tensor,
  { heads, memory, past, valid, bias }: BlockStep,
): { readonly x: Tensor; readonly kept: KeyValues } {
  const { tf } = context;
  const scope = context.scope(name);
  const normed = layerNorm(scope, 'selfNorm', x);
  const own = keyValues(scope, 'self', normed, heads);
  const kept = past
    ? { keys: tf.concat([past.keys, own.keys], 2), values: tf.concat([past.values, own.values], 2) }
    : own;
  const written = tf.add(x, attend(scope, 'self', normed, kept, { heads, keyValid: valid, bias }));
  const asked = attend(scope, 'memory', layerNorm(scope, 'memoryNorm', written), memory.tokens, {
    heads,
    keyValid: memory.valid,
  });
  const read = tf.add(written, asked);
  return { x: tf.add(read, feedForward(scope, 'mlp', layerNorm(scope, 'mlpNorm', read))), kept };
}

/** Keys and values that a block asks of the memory's tokens `[B,S,W]`. */
export function memoryOf(context: StepContext, name: string, tokens: Tensor, heads: number): KeyValues {
  return keyValues(context.scope(name), 'memory', tokens, heads);
}
