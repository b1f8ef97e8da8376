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
  const lags: Lag[] = [];
  for (let lag = Math.ceil((-reach - between) / step); lag * step + between <= reach; lag++) {
    const from = Math.max(0, -lag);
    const overlap = Math.min(a.count, b.count - lag) - from;
    if (overlap >= shortest)
      lags.push({ offset: lag * step + between, similarity: similarity(a, b, from, lag, overlap), overlap });
  }
  return lags;
}

function similarity(a: EvenRows, b: EvenRows, from: number, lag: number, overlap: number): number {
  const { width } = a;
  const [left, right] = [from * width, (from + lag) * width];
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let index = 0; index < overlap * width; index++) {
    const [x, y] = [a.rows[left + index]!, b.rows[right + index]!];
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product === 0 ? 0 : product / Math.sqrt(lengthA * lengthB);
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
