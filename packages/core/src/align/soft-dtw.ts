import type { Tensor, Tf } from '@modalkit/contract';
import { bothWays, type Moves, NEVER, openWhere, pathCost } from './lattice.js';

export interface SoftDtwInputs {
  /** `[B,N,M]`: what it costs to align token i of one sequence with token j of the other. */
  readonly distances: Tensor;
  /** `[B,N]` and `[B,M]` bool. */
  readonly rows: Tensor;
  readonly columns: Tensor;
  /** Smoothing, above 0: near 0 only the best alignment counts. */
  readonly gamma: number;
}

/**
 * Soft dynamic time warping (Cuturi and Blondel 2017), `[B]`: over all alignments that begin with the first tokens, end
 * with the last and go on by one token in either sequence or in both,
 *
 *   -gamma ln sum exp(-(cost of the alignment) / gamma).
 *
 * Unrolled by anti-diagonals, N + M - 1 steps. Invalid tokens are passed over as if they were not there. Finite but
 * without meaning where a sequence has no valid token.
 */
export function softDtw(tf: Tf, { distances, rows, columns, gamma }: SoftDtwInputs): Tensor {
  const n = distances.shape[1]!;
  const row = tf.expandDims(tf.cast(rows, 'float32'), 2);
  const column = tf.expandDims(tf.cast(columns, 'float32'), 1);
  const cells = tf.mul(row, column);
  const emit = skew(tf, tf.mul(tf.div(distances, -gamma), cells), 0);
  const first = tf.mul(firstOf(tf, row, 1), firstOf(tf, column, 2));
  const last = tf.mul(firstOf(tf, row, 1, true), firstOf(tf, column, 2, true));
  const moves = movesOf(tf, { row, column, cells, first: tf.concat([first, tf.reverse(last, [1, 2])], 0) });
  const ends = tf.mul(tf.expandDims(tf.cast(tf.less(tf.range(0, n), n - 1), 'float32'), 0), NEVER);
  return tf.mul(pathCost(tf, emit, { moves, ends }), gamma);
}

interface Grid {
  /** `[B,N,1]` and `[B,1,M]` float32: 1 where the token is valid. */
  readonly row: Tensor;
  readonly column: Tensor;
  /** `[B,N,M]`: both are. */
  readonly cells: Tensor;
  /** `[2B,N,M]`: 1 at the cell of the first valid tokens, in the grid and in the reversed one. */
  readonly first: Tensor;
}

/** Down a row, right a column, both, or begin; where one of the tokens is invalid only past that one. */
function movesOf(tf: Tf, { row, column, cells, first }: Grid): Moves {
  const [batch, n] = cells.shape as [number, number];
  const all = tf.onesLike(cells);
  const twice = (open: Tensor) => bothWays(tf, open, [1, 2], 0);
  const down = tf.maximum(tf.mul(column, all), tf.sub(1, row));
  const right = tf.mul(row, all);
  const kinds = [twice(down), twice(right), twice(cells), first].map((open) => skew(tf, openWhere(tf, open), NEVER));
  const states = Array.from({ length: n }, (_, place) => place);
  // After the last anti-diagonal's n states come those of the one before, then the entry.
  const origins = [
    states.map((place) => Math.max(0, place - 1)),
    states,
    states.map((place) => n + Math.max(0, place - 1)),
    states.map(() => 2 * n),
  ];
  const top = [1, 0, 1, 0].map((blocked) => states.map((place) => (place === 0 ? blocked * NEVER : 0)));
  const nowhere = tf.fill([2 * batch, n], NEVER);
  return {
    open: tf.add(tf.stack(kinds, 2), tf.tensor2d(top)),
    origins: tf.tensor2d(origins, undefined, 'int32'),
    initial: [nowhere, nowhere],
    entry: tf.zeros([2 * batch, 1]),
  };
}

/** Anti-diagonals of a grid, `[B,N,M]` -> `[N+M-1,B,N]`: state i of diagonal k is the cell (i, k - i), or `fill` outside. */
function skew(tf: Tf, grid: Tensor, fill: number): Tensor {
  const [batch, n, m] = grid.shape as [number, number, number];
  const padded = tf.pad(
    grid,
    [
      [0, 0],
      [0, 0],
      [0, n],
    ],
    fill,
  );
  // Rows one shorter than they were: each begins one place further right than the one above.
  const shifted = tf.slice(tf.reshape(padded, [batch, n * (m + n)]), [0, 0], [batch, n * (m + n - 1)]);
  return tf.transpose(tf.reshape(shifted, [batch, n, m + n - 1]), [2, 0, 1]);
}

/** 1 at the first entry that is 1 along an axis, or at the last one. */
function firstOf(tf: Tf, flags: Tensor, axis: number, last = false): Tensor {
  const before = tf.cumsum(flags, axis, false, last);
  return tf.mul(flags, tf.cast(tf.equal(before, 1), 'float32'));
}
