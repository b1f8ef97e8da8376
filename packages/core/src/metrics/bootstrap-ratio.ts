import type { Measured } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';

const RESAMPLES = 500;

/**
 * Ratio of two sums over the same samples, such as errors to words, with its 95 % percentile bootstrap interval, 500
 * resamples of whole samples (Bisani and Ney 2004).
 * @param name key of the resampling: the same name and observations give the same interval
 */
export function bootstrapRatio(above: readonly number[], below: readonly number[], name: string): Measured {
  const n = above.length;
  const key = hashName(name);
  const drawn = Array.from({ length: RESAMPLES }, (_, round) => {
    let [sum, total] = [0, 0];
    for (let index = 0; index < n; index++) {
      const row = Math.floor((philox4x32([index, round, 0, 0], [key, 0])[0] / 2 ** 32) * n);
      sum += above[row]!;
      total += below[row]!;
    }
    return sum / Math.max(1, total);
  }).sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.round(share * (RESAMPLES - 1))]!;
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return { value: sumOf(above) / Math.max(1, sumOf(below)), low: at(0.025), high: at(0.975), n };
}
