import type { HostArrays } from '@modalkit/contract';
import { stackRows } from '@modalkit/toolkit';
import type { ParsedOptions } from './depth-options.js';

/**
 * Squares of each grid, row by row: `values [batch, token, 2 * patch * patch]`, of each pixel its distance and whether it measured
 * one; `box [batch, token, 4]`. A square in which nothing was measured is no valid token.
 */
export function collateGrids(prepared: readonly (Uint16Array | undefined)[], options: ParsedOptions): HostArrays {
  const tokens = (options.rows * options.columns) / options.patch ** 2;
  const numbers = 2 * options.patch ** 2;
  const squares = prepared.map((grid) => grid && squaresOf(grid, options));
  const valid = new Uint8Array(prepared.length * tokens);
  for (const [row, values] of squares.entries())
    values?.forEach((value, at) => {
      if (value > 0) valid[row * tokens + Math.floor(at / numbers)] = 1;
    });
  const boxes = boxesOf(options);
  return {
    valid: { dtype: 'bool', shape: [prepared.length, tokens], data: valid },
    box: stackRows(
      prepared.map((grid) => grid && boxes),
      [tokens, 4],
    ),
    values: stackRows(squares, [tokens, numbers]),
  };
}

function squaresOf(grid: Uint16Array, { columns, patch, farthest }: ParsedOptions): Float32Array {
  const squares = new Float32Array(2 * grid.length);
  const across = columns / patch;
  grid.forEach((pixel, at) => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    const token = Math.floor(y / patch) * across + Math.floor(x / patch);
    const inside = (y % patch) * patch + (x % patch);
    squares.set([Math.min(pixel / farthest, 1), pixel > 0 ? 1 : 0], 2 * (token * patch * patch + inside));
  });
  return squares;
}

/** Left, top, right, bottom of each square in 0..1 of the grid. */
function boxesOf({ rows, columns, patch }: ParsedOptions): Float32Array {
  const [down, across] = [rows / patch, columns / patch];
  const boxes = Array.from({ length: down * across }, (_, token) => {
    const [x, y] = [token % across, Math.floor(token / across)];
    return [x / across, y / down, (x + 1) / across, (y + 1) / down];
  });
  return Float32Array.from(boxes.flat());
}
