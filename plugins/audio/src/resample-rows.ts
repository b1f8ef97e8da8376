/**
 * Reads a table of rows between its places: value (i, j) of the result is that at row `rows[i]`, column `columns[j]`, by
 * bilinear interpolation; beyond the edges they repeat.
 */
export function resampleRows(
  table: Float32Array,
  width: number,
  rows: Float64Array,
  columns: Float64Array,
): Float32Array {
  const last = table.length / width - 1;
  const result = new Float32Array(rows.length * columns.length);
  let out = 0;
  for (const row of rows) {
    const y = clamp(row, last);
    const upper = Math.floor(y) * width;
    const lower = Math.min(Math.floor(y) + 1, last) * width;
    const down = y - Math.floor(y);
    for (const column of columns) {
      const x = clamp(column, width - 1);
      const left = Math.floor(x);
      const right = Math.min(left + 1, width - 1);
      const across = x - left;
      const above = table[upper + left]! * (1 - across) + table[upper + right]! * across;
      const below = table[lower + left]! * (1 - across) + table[lower + right]! * across;
      result[out++] = above * (1 - down) + below * down;
    }
  }
  return result;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
