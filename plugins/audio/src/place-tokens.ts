import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { firstRows, sincosPositions } from '@modalkit/toolkit';
import type { TokenGrid } from './token-grid.js';

/** Declares `positions [steps, width]`, `rows [rows, width]` where a step has several, and `mask [width]`. */
export function initPlaces(
  context: InitContext,
  kind: 'learnable' | 'sincos',
  { most, rows }: TokenGrid,
  width: number,
): void {
  if (kind === 'learnable') context.weight('positions', [most, width], { kind: 'normal', std: 0.02 }, { decay: false });
  else {
    const values = sincosPositions(most, width);
    context.weight('positions', [most, width], { kind: 'values', values }, { trainable: false });
  }
  if (rows > 1) context.weight('rows', [rows, width], { kind: 'normal', std: 0.02 }, { decay: false });
  context.weight('mask', [width], { kind: 'normal', std: 0.02 });
}

/** Adds to every token of `[N,T,W]` its step's position and its row's, and the mask token to the hidden ones. */
export function placeTokens(context: StepContext, values: Tensor, hidden: Tensor, rows: number): Tensor {
  const { tf } = context;
  const [, tokens, width] = values.shape as [number, number, number];
  const steps = tokens / rows;
  const times = tf.reshape(firstRows(tf, context.weight('positions'), steps), [steps, 1, width]);
  const places = rows > 1 ? tf.add(times, context.weight('rows')) : times;
  const masked = tf.mul(tf.expandDims(tf.cast(hidden, 'float32'), 2), context.weight('mask'));
  return tf.add(tf.add(values, tf.reshape(places, [tokens, width])), masked);
}
