/** The least share of the identity: directions that normal samples hardly use count at most sqrt(1000) times. */
const LEAST_SHRINKAGE = 1e-3;

/** What brings vectors to mean 0 and covariance 1: (v - mean) W, with W W' the inverse of the shrunk covariance. */
export interface Whitening {
  readonly mean: Float32Array;
  /** `[D,D]` row-major. */
  readonly whiten: Float32Array;
  /** Share of the scaled identity, 0..1. */
  readonly shrinkage: number;
}

/**
 * Mean and covariance of rows `[n,D]` with the shrinkage of Ledoit and Wolf (2004): S* = r m I + (1 - r) S with
 * m = tr S / D, r = min(b / d, 1), d = |S - m I|^2, b = (sum_i |x_i|^4 - n |S|^2) / n^2, norms of Frobenius, x centred, S over n.
 * @returns undefined where all rows are one
 */
export function whiteningOf(rows: Float32Array, width: number): Whitening | undefined {
  const count = rows.length / width;
  const mean = Float64Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += rows[row * width + column]!;
    return sum / count;
  });
  const covariance = new Float64Array(width * width);
  let fourth = 0;
  for (let row = 0; row < count; row++) {
    const x = Float64Array.from(mean, (each, column) => rows[row * width + column]! - each);
    fourth += x.reduce((sum, value) => sum + value * value, 0) ** 2;
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) covariance[i * width + j] = covariance[i * width + j]! + (x[i]! * x[j]!) / count;
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j * width + i] = covariance[i * width + j]!;
  const scale = diagonal(covariance, width).reduce((sum, value) => sum + value, 0) / width;
  if (!(scale > 1e-12)) return undefined;
  const squares = covariance.reduce((sum, value) => sum + value * value, 0);
  const distance = squares - width * scale * scale;
  const spread = Math.max(0, (fourth - count * squares) / count ** 2);
  const shrinkage = Math.max(LEAST_SHRINKAGE, distance > 0 ? Math.min(1, spread / distance) : 1);
  const shrunk = covariance.map(
    (value, at) => (1 - shrinkage) * value + (at % (width + 1) === 0 ? shrinkage * scale : 0),
  );
  return { mean: Float32Array.from(mean), whiten: inverseRoot(shrunk, width), shrinkage };
}

function diagonal(matrix: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => matrix[i * (width + 1)]!);
}

/** W with W W' = A^-1, upper triangular: with A = L L' it is the transposed inverse of L. */
function inverseRoot(matrix: Float64Array, width: number): Float32Array {
  const lower = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * width + k]! * lower[j * width + k]!;
      lower[i * width + j] = i === j ? Math.sqrt(sum) : sum / lower[j * (width + 1)]!;
    }
  const root = new Float32Array(width * width);
  for (let column = 0; column < width; column++)
    for (let i = column; i < width; i++) {
      let sum = Number(i === column);
      for (let k = column; k < i; k++) sum -= lower[i * width + k]! * root[column * width + k]!;
      root[column * width + i] = sum / lower[i * (width + 1)]!;
    }
  return root;
}
