/** Column of the largest value of a row of a row-major matrix; the first of equal ones. */
export function bestColumn(rows: Float32Array, width: number, row: number): number {
  let best = 0;
  for (let column = 1; column < width; column++) {
    if (rows[row * width + column]! > rows[row * width + best]!) best = column;
  }
  return best;
}
