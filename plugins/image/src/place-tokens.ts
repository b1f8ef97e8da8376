import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { sincosPositions2d } from '@modalkit/toolkit';
import type { Grid } from './picture-encoder.js';

/** Declares `positions [rows * columns, width]` and `mask [width]`, the token put where one is hidden. */
export function initPlaces(context: InitContext, kind: 'learnable' | 'sincos', grid: Grid, width: number): void {
  const { rows, columns } = grid;
  if (kind === 'learnable')
    context.weight('positions', [rows * columns, width], { kind: 'normal', std: 0.02 }, { decay: false });
  else {
    const values = sincosPositions2d(rows, columns, width);
    context.weight('positions', [rows * columns, width], { kind: 'values', values }, { trainable: false });
  }
  context.weight('mask', [width], { kind: 'normal', std: 0.02 });
}

/** Adds its position to every token of `[B,T,W]`, and the mask token to the hidden ones. */
export function placeTokens(context: StepContext, values: Tensor, hidden: Tensor): Tensor {
  const { tf } = context;
  const masked = tf.mul(tf.expandDims(tf.cast(hidden, 'float32'), 2), context.weight('mask'));
  return tf.add(tf.add(values, context.weight('positions')), masked);
}
