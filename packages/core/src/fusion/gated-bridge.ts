import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import {
  attention,
  feedForward,
  initAttention,
  initFeedForward,
  initLayerNorm,
  initTransformerBlock,
  layerNorm,
  transformerBlock,
} from '@modalkit/toolkit';
import { type Joined, joinParts, type Part } from './part.js';

/** Declares `gated/<input>/{sources,norm,0 …}` for each input that asks. */
export function initGated(
  context: InitContext,
  asks: readonly string[],
  inputs: readonly string[],
  layers: number,
): void {
  const { width } = context.space;
  for (const name of asks) {
    const scope = context.scope('gated').scope(name);
    for (let layer = 0; layer < layers; layer++) {
      initTransformerBlock(scope, `${layer}/self`, width);
      if (inputs.length > 1) initGatedCross(scope, `${layer}/cross`, width);
    }
    if (inputs.length > 1) initLayerNorm(scope, 'sources', width);
    initLayerNorm(scope, 'norm', width);
  }
}

/** The query inputs' tokens after each has asked all other inputs; a lone input attends only to itself. */
export function fuseGated(
  context: StepContext,
  asks: readonly string[],
  parts: readonly Part[],
  options: { readonly layers: number; readonly heads: number },
): Joined {
  const asked = parts
    .filter((part) => asks.includes(part.name))
    .map((part) => {
      const others = parts.filter((other) => other !== part);
      return { ...part, values: askOthers(context.scope('gated').scope(part.name), part, others, options) };
    });
  return joinParts(context.tf, asked);
}

function askOthers(
  scope: StepContext,
  part: Part,
  others: readonly Part[],
  { layers, heads }: { readonly layers: number; readonly heads: number },
): Tensor {
  const joined = others.length > 0 ? joinParts(scope.tf, others) : undefined;
  const sources = joined && { values: layerNorm(scope, 'sources', joined.values), valid: joined.valid };
  let x = part.values;
  for (let layer = 0; layer < layers; layer++) {
    x = transformerBlock(scope, `${layer}/self`, x, { heads, valid: part.valid });
    if (sources) x = gatedCross(scope, `${layer}/cross`, x, sources, heads);
  }
  return layerNorm(scope, 'norm', x);
}

function initGatedCross(context: InitContext, name: string, width: number): void {
  const scope = context.scope(name);
  initLayerNorm(scope, 'norm1', width);
  initAttention(scope, 'attention', width);
  scope.weight('attentionGate', [], { kind: 'zeros' });
  initLayerNorm(scope, 'norm2', width);
  initFeedForward(scope, 'mlp', width, 4 * width);
  scope.weight('mlpGate', [], { kind: 'zeros' });
}

/** y = x + tanh(a) attention(x, sources); y + tanh(b) mlp(y). At a = b = 0 only the gates have a gradient. */
function gatedCross(
  context: StepContext,
  name: string,
  x: Tensor,
  sources: { readonly values: Tensor; readonly valid: Tensor },
  heads: number,
): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const gated = (gate: string, change: Tensor) => tf.mul(tf.tanh(scope.weight(gate)), change);
  const asked = attention(scope, 'attention', layerNorm(scope, 'norm1', x), sources.values, {
    heads,
    keyValid: sources.valid,
  });
  const y = tf.add(x, gated('attentionGate', asked));
  return tf.add(y, gated('mlpGate', feedForward(scope, 'mlp', layerNorm(scope, 'norm2', y))));
}
