import type { Measured } from '@modalkit/contract';
import { Z } from './normal-quantile.js';

/**
 * How much the share of hits differs between two ways to answer the same n questions, second minus first, with its 95 %
 * interval: Wald's with half an observation added to each cell of the 2 by 2 table (Agresti and Min 2005).
 */
export function pairedDifference(first: readonly boolean[], second: readonly boolean[]): Measured {
  const n = first.length;
  if (n === 0) return { value: 0, low: -1, high: 1, n };
  const gained = first.filter((hit, index) => !hit && second[index]).length;
  const lost = first.filter((hit, index) => hit && !second[index]).length;
  const [more, less, all] = [gained + 0.5, lost + 0.5, n + 2];
  const centre = (more - less) / all;
  const half = (Z * Math.sqrt(more + less - (more - less) ** 2 / all)) / all;
  return { value: (gained - lost) / n, low: Math.max(-1, centre - half), high: Math.min(1, centre + half), n };
}
