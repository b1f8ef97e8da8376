import { hostRandom } from '@modalkit/toolkit';

/** Numbers in -1..1 drawn by the key `seed`. */
export function noise(count: number, seed: number): number[] {
  const random = hostRandom(seed, 0, 'noise');
  return Array.from({ length: count }, (_, index) => 2 * random.uniform('value', index) - 1);
}

/** `start`, `start + step` … */
export const steps = (count: number, step: number, start = 0) =>
  Array.from({ length: count }, (_, index) => start + index * step);
