import { median } from './median.mjs';

/**
 * The median of measurements and an interval that holds the true one with at least 95 % probability, by ranks: the number of
 * measurements below it is binomial with p = 1/2, whatever their distribution.
 * @param {readonly number[]} values @returns {{ median: number, from: number, to: number }}
 */
export function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  let [rank, below, mass] = [0, 0, 0.5 ** length];
  while (below + mass <= 0.025) {
    below += mass;
    mass *= (length - rank) / (rank + 1);
    rank += 1;
  }
  const from = Math.max(0, rank - 1);
  return { median: median(values), from: sorted[from], to: sorted[length - 1 - from] };
}
