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

type GridSize = readonly [rows: number, columns: number];

/**
 * The linear map that brings a table of positions to another grid, by bicubic interpolation without antialiasing
 * (align_corners = false): for a picture of another size than its table was learnt at. Dosovitskiy et al. 2021, section 3.2.
 * @returns `[to, from]` row-major, places counted row by row
 */
export function positionResizing(from: GridSize, to: GridSize): Float32Array {
  const places = from[0] * from[1];
  const map = new Float32Array(to[0] * to[1] * places);
  const columns = taps(from[1], to[1]);
  taps(from[0], to[0]).forEach((vertical, y) => {
    columns.forEach((horizontal, x) => {
      const start = (y * to[1] + x) * places;
      for (const v of vertical) for (const h of horizontal) map[start + v.at * from[1] + h.at]! += v.weight * h.weight;
    });
  });
  return map;
}
