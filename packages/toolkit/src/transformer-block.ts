import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { attention, initAttention } from './attention.js';
import { feedForward, initFeedForward } from './feed-forward.js';
import { initLayerNorm, layerNorm } from './layer-norm.js';

export interface TransformerOptions {
  readonly heads: number;
  /** Key padding, `[B,T]` bool. */
  readonly valid: Tensor;
  /** `[B,T,T]` or `[1,T,T]` float32 added to the attention logits. */
  readonly bias?: Tensor;
}

/** Declares one block at `name`; the feed-forward layer is four times as wide. */
export function initTransformerBlock(context: InitContext, name: string, width: number): void {
  const scope = context.scope(name);
  initLayerNorm(scope, 'norm1', width);
  initAttention(scope, 'attention', width);
  initLayerNorm(scope, 'norm2', width);
  initFeedForward(scope, 'mlp', width, 4 * width);
}

/** A pre-norm transformer block, `[B,T,W]` -> `[B,T,W]`. Vaswani et al. 2017; pre-norm by Xiong et al. 2020. */
export function transformerBlock(context: StepContext, name: string, x: Tensor, options: TransformerOptions): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const normed = layerNorm(scope, 'norm1', x);
  const mixed = tf.add(x, attention(scope, 'attention', normed, normed, { ...options, keyValid: options.valid }));
  return tf.add(mixed, feedForward(scope, 'mlp', layerNorm(scope, 'norm2', mixed)));
}

/** Declares `layers` blocks `name/0 …` and a last normalisation `name/norm`. */
export function initTransformer(context: InitContext, name: string, width: number, layers: number): void {
  const scope = context.scope(name);
  for (let layer = 0; layer < layers; layer++) initTransformerBlock(scope, `${layer}`, width);
  initLayerNorm(scope, 'norm', width);
}

/** A stack of blocks with a last normalisation, `[B,T,W]` -> `[B,T,W]`. */
export function transformer(
  context: StepContext,
  name: string,
  x: Tensor,
  layers: number,
  options: TransformerOptions,
): Tensor {
  const scope = context.scope(name);
  let value = x;
  for (let layer = 0; layer < layers; layer++) value = transformerBlock(scope, `${layer}`, value, options);
  return layerNorm(scope, 'norm', value);
}
