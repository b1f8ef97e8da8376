import type { EvenRows } from './even-rows.js';

/** How alike two streams are when one is moved against the other. */
export interface Lag {
  /** Seconds: time on b's clock minus time on a's. */
  readonly offset: number;
  /** Mean product over the overlap, relative to the rows' lengths there, -1..1. */
  readonly similarity: number;
  /** Rows that overlap. */
  readonly overlap: number;
}

/** Cross-correlation of two streams' rows at every offset up to `reach` seconds at which a part `least` of them overlap. */
export function lagCurve(a: EvenRows, b: EvenRows, step: number, reach: number, least: number): Lag[] {
  const shortest = Math.max(1, Math.ceil(least * Math.min(a.count, b.count)));
  const between = b.start - a.start;
  const [squaresA, squaresB] = [summedSquares(a), summedSquares(b)];
  // An overlap in which nothing happens has no direction: its similarity is next to 0.
  const nothing = 1e-12 * squaresA[a.count]! * squaresB[b.count]!;
  const lags: Lag[] = [];
  for (let lag = Math.ceil((-reach - between) / step); lag * step + between <= reach; lag++) {
    const from = Math.max(0, -lag);
    const overlap = Math.min(a.count, b.count - lag) - from;
    if (overlap < shortest) continue;
    const lengthA = squaresA[from + overlap]! - squaresA[from]!;
    const lengthB = squaresB[from + lag + overlap]! - squaresB[from + lag]!;
    const product = summedProduct(a, b, from, lag, overlap);
    const similarity = product / Math.sqrt(Math.max(lengthA * lengthB, nothing)) || 0;
    lags.push({ offset: lag * step + between, similarity, overlap });
  }
  return lags;
}

/** Entry i: the squared length of the rows before row i. */
function summedSquares({ count, width, rows }: EvenRows): Float64Array {
  const sums = new Float64Array(count + 1);
  for (let row = 0; row < count; row++) {
    let sum = sums[row]!;
    for (let index = row * width; index < (row + 1) * width; index++) sum += rows[index]! ** 2;
    sums[row + 1] = sum;
  }
  return sums;
}

function summedProduct(a: EvenRows, b: EvenRows, from: number, lag: number, overlap: number): number {
  const [left, right] = [from * a.width, (from + lag) * a.width];
  let product = 0;
  for (let index = 0; index < overlap * a.width; index++) product += a.rows[left + index]! * b.rows[right + index]!;
  return product;
}

/** Each lag's similarity averaged over its neighbours by a Gaussian of standard deviation `width`, in seconds. */
export function smoothLags(lags: readonly Lag[], step: number, width: number): Lag[] {
  const reach = Math.ceil((3 * width) / step);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, index) =>
    width === 0 ? 1 : Math.exp(-(((index - reach) * step) ** 2) / (2 * width * width)),
  );
  return lags.map((lag, at) => {
    let [sum, total] = [0, 0];
    weights.forEach((weight, index) => {
      const other = lags[at + index - reach];
      if (!other) return;
      sum += weight * other.similarity;
      total += weight;
    });
    return { ...lag, similarity: sum / total };
  });
}
