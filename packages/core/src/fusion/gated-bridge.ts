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
import { initPositionBias, type Places, positionBias } from './position-bias.js';
import { reachesAny, timeSliceBias } from './time-slice.js';

interface GatedOptions {
  readonly layers: number;
  readonly heads: number;
  readonly timeSlice?: number;
  /** Of the inputs that ask. */
  readonly positionAttention: readonly string[];
}

/** What a stack asks. */
interface Sources {
  readonly values: Tensor;
  readonly valid: Tensor;
  readonly bias?: Tensor;
  /** With a bias, `[B,T,1]`: 1 where a query has something to attend to. */
  readonly reached?: Tensor;
  /** Where they are, when attention is guided by that. */
  readonly places?: Places;
}

/** Declares `gated/<input>/{sources,norm,0 …}` for each input that asks, with `<layer>/place` where attention is guided by position. */
export function initGated(
  context: InitContext,
  asks: readonly string[],
  inputs: readonly string[],
  { layers, positionAttention }: GatedOptions,
): void {
  const { width } = context.space;
  for (const name of asks) {
    const scope = context.scope('gated').scope(name);
    for (let layer = 0; layer < layers; layer++) {
      initTransformerBlock(scope, `${layer}/self`, width);
      if (inputs.length > 1) initGatedCross(scope, `${layer}/cross`, width);
      if (positionAttention.includes(name)) initPositionBias(scope, `${layer}/place`);
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
  options: GatedOptions,
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
  { layers, heads, timeSlice, positionAttention }: GatedOptions,
): Tensor {
  const sources = others.length > 0 ? sourcesOf(scope, part, others, timeSlice) : undefined;
  const guides = positionAttention.includes(part.name);
  const bias = timeSliceBias(scope.tf, part.time, part.time, timeSlice);
  let x = part.values;
  for (let layer = 0; layer < layers; layer++) {
    x = transformerBlock(scope, `${layer}/self`, x, { heads, valid: part.valid, bias });
    if (!sources) continue;
    x = gatedCross(scope, `${layer}/cross`, x, guides ? guided(scope, `${layer}/place`, x, sources) : sources, heads);
  }
  return layerNorm(scope, 'norm', x);
}

/** The sources with the bias of this layer's queries. */
function guided(scope: StepContext, name: string, queries: Tensor, sources: Sources): Sources {
  const bias = positionBias(scope, name, queries, sources.places!);
  return { ...sources, bias: sources.bias ? scope.tf.add(sources.bias, bias) : bias };
}

function sourcesOf(scope: StepContext, part: Part, others: readonly Part[], timeSlice: number | undefined): Sources {
  const { tf } = scope;
  const { values, valid, time, places } = joinParts(tf, others);
  const bias = timeSliceBias(tf, part.time, time, timeSlice);
  return {
    values: layerNorm(scope, 'sources', values),
    valid,
    bias,
    reached: bias && reachesAny(tf, valid, bias),
    places,
  };
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

/**
 * y = x + tanh(a) attention(x, sources); y + tanh(b) mlp(y). At a = b = 0 only the gates have a gradient. A token that
 * has no source within its time slice gets nothing from any.
 */
function gatedCross(context: StepContext, name: string, x: Tensor, sources: Sources, heads: number): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const gated = (gate: string, change: Tensor) => tf.mul(tf.tanh(scope.weight(gate)), change);
  const heard = attention(scope, 'attention', layerNorm(scope, 'norm1', x), sources.values, {
    heads,
    keyValid: sources.valid,
    bias: sources.bias,
  });
  const asked = sources.reached ? tf.mul(heard, sources.reached) : heard;
  const y = tf.add(x, gated('attentionGate', asked));
  return tf.add(y, gated('mlpGate', feedForward(scope, 'mlp', layerNorm(scope, 'norm2', y))));
}
