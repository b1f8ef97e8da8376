/** Cubic convolution with a = -0.75 (Keys 1981; the value of PyTorch and OpenCV): weight at distance `x`. */
function cubic(x: number): number {
  const [a, d] = [-0.75, Math.abs(x)];
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

/** For each target place the four source places, clamped to the edge, and their weights; align_corners = false. */
function taps(from: number, to: number): { at: number; weight: number }[][] {
  return Array.from({ length: to }, (_, place) => {
    const source = ((place + 0.5) * from) / to - 0.5;
    return [-1, 0, 1, 2].map((offset) => {
      const at = Math.floor(source) + offset;
      return { at: Math.min(Math.max(at, 0), from - 1), weight: cubic(source - at) };
    });
  });
}

/**
 * Brings a table of positions to another grid by bicubic interpolation without antialiasing (align_corners = false), for a
 * checkpoint of another picture size. Dosovitskiy et al. 2021, section 3.2.
 * @param values `[fromRows * fromColumns, width]`, row by row
 * @returns `[toRows * toColumns, width]`
 */
export function resizePositions(
  values: Float32Array,
  fromRows: number,
  fromColumns: number,
  toRows: number,
  toColumns: number,
  width: number,
): Float32Array {
  const result = new Float32Array(toRows * toColumns * width);
  const columns = taps(fromColumns, toColumns);
  taps(fromRows, toRows).forEach((vertical, y) => {
    columns.forEach((horizontal, x) => {
      const start = (y * toColumns + x) * width;
      for (const v of vertical)
        for (const h of horizontal)
          for (let i = 0; i < width; i++)
            result[start + i]! += v.weight * h.weight * values[(v.at * fromColumns + h.at) * width + i]!;
    });
  });
  return result;
}
