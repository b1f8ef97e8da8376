import type { DecoderState, InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';
import { initEmbedding, initLayerNorm, type KeyValues, layerNorm } from '@modalkit/toolkit';
import { decoderBlock, initDecoderBlock, type Memory, memoryOf } from './decoder-block.js';

export interface StackOptions {
  readonly layers: number;
  readonly heads: number;
  readonly maxTokens: number;
}

/** Tokens that are written from: `values [B,S,D]`, `valid [B,S]` bool. */
export interface Source {
  readonly values: Tensor;
  readonly valid: Tensor;
}

/** Large enough that exp() of it is 0, small enough that two of them stay finite. */
const LATER = -1e9;

/** Declares `positions [maxTokens, D]`, `source/…`, blocks `0 …` and a last normalisation. */
export function initStack(context: InitContext, { layers, maxTokens }: StackOptions): void {
  const { width } = context.space;
  initEmbedding(context, 'positions', maxTokens, width);
  initLayerNorm(context, 'source', width);
  for (let layer = 0; layer < layers; layer++) initDecoderBlock(context, `${layer}`, width);
  initLayerNorm(context, 'norm', width);
}

/** All tokens at once, each seeing those before it: `[B,T,D]` -> `[B,T,D]`. */
export function runStack(
  context: StepContext,
  tokens: Source,
  source: Source,
  { layers, heads }: StackOptions,
): Tensor {
  const { tf } = context;
  const normed = layerNorm(context, 'source', source.values);
  const bias = causalBias(tf, tokens.values.shape[1]!);
  let x = placed(context, tokens.values, 0);
  for (let layer = 0; layer < layers; layer++) {
    const memory = { tokens: memoryOf(context, `${layer}`, normed, heads), valid: source.valid };
    x = decoderBlock(context, `${layer}`, x, { heads, memory, valid: tokens.valid, bias }).x;
  }
  return layerNorm(context, 'norm', x);
}

/** The state before the first token: keys and values of the source, by layer. */
export function startStack(context: StepContext, source: Source, { layers, heads }: StackOptions): DecoderState {
  const normed = layerNorm(context, 'source', source.values);
  // a copy: the state is released piece by piece, the source is not its own
  const rows: Record<string, Tensor> = { valid: context.tf.clone(source.valid) };
  for (let layer = 0; layer < layers; layer++) {
    Object.assign(rows, named(`${layer}/memory`, memoryOf(context, `${layer}`, normed, heads)));
  }
  return { written: 0, rows };
}

/** One token more, `[R,1,D]`: what `runStack` gives at its place, from what was kept of those before. */
export function stepStack(
  context: StepContext,
  token: Tensor,
  { written, rows }: DecoderState,
  { layers, heads }: StackOptions,
): { readonly x: Tensor; readonly state: DecoderState } {
  const { tf } = context;
  const next: Record<string, Tensor> = { ...rows };
  const valid = tf.cast(tf.ones([token.shape[0]!, written + 1]), 'bool');
  let x = placed(context, token, written);
  for (let layer = 0; layer < layers; layer++) {
    const memory: Memory = { tokens: found(rows, `${layer}/memory`)!, valid: rows.valid! };
    const step = decoderBlock(context, `${layer}`, x, { heads, memory, past: found(rows, `${layer}/self`), valid });
    Object.assign(next, named(`${layer}/self`, step.kept));
    x = step.x;
  }
  return { x: layerNorm(context, 'norm', x), state: { written: written + 1, rows: next } };
}

const named = (name: string, { keys, values }: KeyValues) => ({ [`${name}/keys`]: keys, [`${name}/values`]: values });

function found(rows: DecoderState['rows'], name: string): KeyValues | undefined {
  const [keys, values] = [rows[`${name}/keys`], rows[`${name}/values`]];
  return keys && values && { keys, values };
}

/** Tokens `[B,T,D]` with the positions from `first` on added. */
function placed(context: StepContext, tokens: Tensor, first: number): Tensor {
  const { tf } = context;
  const [, count, width] = tokens.shape as [number, number, number];
  return tf.add(tokens, tf.slice(context.weight('positions'), [first, 0], [count, width]));
}

/** `[1,T,T]`: no token sees a later one. */
function causalBias(tf: Tf, tokens: number): Tensor {
  const places = tf.range(0, tokens, 1, 'int32');
  const later = tf.greater(tf.expandDims(places, 0), tf.expandDims(places, 1));
  return tf.expandDims(tf.mul(tf.cast(later, 'float32'), LATER), 0);
}
