import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { attention, feedForward, initAttention, initFeedForward, initLayerNorm, layerNorm } from '@modalkit/toolkit';
import type { Part } from './part.js';

interface LatentOptions {
  readonly queries: number;
  readonly layers: number;
  readonly heads: number;
}

/** Declares `name/{latents,sources,norm,0 …}`. */
export function initLatentQueries(context: InitContext, name: string, { queries, layers }: LatentOptions): void {
  const { width } = context.space;
  const scope = context.scope(name);
  scope.weight('latents', [queries, width], { kind: 'normal', std: 0.02 });
  initLayerNorm(scope, 'sources', width);
  for (let layer = 0; layer < layers; layer++) {
    const block = scope.scope(`${layer}`);
    for (const part of ['self', 'cross']) {
      initLayerNorm(block, `${part}Norm`, width);
      initAttention(block, part, width);
    }
    initLayerNorm(block, 'mlpNorm', width);
    initFeedForward(block, 'mlp', width, 4 * width);
  }
  initLayerNorm(scope, 'norm', width);
}

/**
 * Learnt latent queries that summarise the source tokens, `[B,S,D]` -> `[B,queries,D]`: in each layer self-attention
 * among the queries, cross-attention to the sources, perceptron (Q-Former, Li et al. 2023, "BLIP-2").
 */
export function latentQueries(
  context: StepContext,
  name: string,
  sources: { readonly values: Tensor; readonly valid: Tensor },
  { queries, layers, heads }: LatentOptions,
): Part {
  const { tf } = context;
  const scope = context.scope(name);
  const batch = sources.values.shape[0]!;
  const valid = tf.cast(tf.fill([batch, queries], 1), 'bool');
  const keys = layerNorm(scope, 'sources', sources.values);
  let x: Tensor = tf.mul(scope.weight('latents'), tf.fill([batch, 1, 1], 1));
  for (let layer = 0; layer < layers; layer++) {
    const block = scope.scope(`${layer}`);
    const normed = layerNorm(block, 'selfNorm', x);
    x = tf.add(x, attention(block, 'self', normed, normed, { heads, keyValid: valid }));
    const asking = layerNorm(block, 'crossNorm', x);
    x = tf.add(x, attention(block, 'cross', asking, keys, { heads, keyValid: sources.valid }));
    x = tf.add(x, feedForward(block, 'mlp', layerNorm(block, 'mlpNorm', x)));
  }
  return { name, values: layerNorm(scope, 'norm', x), valid };
}
