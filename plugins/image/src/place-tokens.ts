import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { sincosPositions2d } from '@modalkit/toolkit';
import type { Grid } from './picture-encoder.js';
import { positionResizing } from './position-resizing.js';

/** The table of positions that an option names, and the grid of tokens it is laid over. */
export interface Places {
  readonly kind: 'learnable' | 'sincos';
  /** Rows and columns of the table; another grid than the tokens' is resized to theirs in each step. */
  readonly table: readonly [number, number];
  readonly grid: Grid;
}

/** @param positionGrid rows and columns of the table; the tokens' own when left out */
export function placesOf(
  { positions, positionGrid }: { readonly positions: Places['kind']; readonly positionGrid?: [number, number] },
  grid: Grid,
): Places {
  return { kind: positions, table: positionGrid ?? [grid.rows, grid.columns], grid };
}

/** Declares `positions [rows * columns, width]` of the table and `mask [width]`, the token put where one is hidden. */
export function initPlaces(context: InitContext, { kind, table: [rows, columns] }: Places, width: number): void {
  if (kind === 'learnable')
    context.weight('positions', [rows * columns, width], { kind: 'normal', std: 0.02 }, { decay: false });
  else {
    const values = sincosPositions2d(rows, columns, width);
    context.weight('positions', [rows * columns, width], { kind: 'values', values }, { trainable: false });
  }
  context.weight('mask', [width], { kind: 'normal', std: 0.02 });
}

/** Adds its position to every token of `[B,T,W]`, and the mask token to the hidden ones. */
export function placeTokens(context: StepContext, places: Places, values: Tensor, hidden: Tensor): Tensor {
  const { tf } = context;
  const masked = tf.mul(tf.expandDims(tf.cast(hidden, 'float32'), 2), context.weight('mask'));
  return tf.add(tf.add(values, positionsOf(context, places)), masked);
}

/** `[rows * columns, width]` for the grid of tokens. */
function positionsOf(context: StepContext, { table, grid }: Places): Tensor {
  const positions = context.weight('positions');
  if (table[0] === grid.rows && table[1] === grid.columns) return positions;
  const map = positionResizing(table, [grid.rows, grid.columns]);
  const { tf } = context;
  return tf.matMul(tf.tensor2d(map, [grid.rows * grid.columns, table[0] * table[1]]), positions as never);
}
