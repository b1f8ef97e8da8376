import type { Measured } from '@modalkit/contract';
import { Z } from './normal-quantile.js';

/** A share of n observations with its 95 % Wilson score interval (Wilson 1927); of none, 0 within [0, 1]. */
export function proportion(hits: number, n: number): Measured {
  if (n === 0) return { value: 0, low: 0, high: 1, n };
  const [p, z2] = [hits / n, Z * Z];
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { value: p, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half, n };
}
