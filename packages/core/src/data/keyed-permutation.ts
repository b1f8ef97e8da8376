import { hashName, philox4x32 } from '@modalkit/toolkit';

/**
 * A permutation of 0..count-1 that is a function of (seed, epoch, purpose) alone: the shuffle of Fisher and Yates, as
 * Durstenfeld 1964 gives it, with Philox numbers.
 */
export function keyedPermutation(count: number, seed: number, epoch: number, purpose: string): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const key = [seed >>> 0, 0] as const;
  const owner = hashName(purpose);
  let block: readonly number[] = [];
  for (let last = count - 1; last > 0; last--) {
    const lane = last & 3;
    if (lane === 3 || block.length === 0) block = philox4x32([last >>> 2, epoch >>> 0, owner, 0], key);
    const other = Math.floor(block[lane]! * 2 ** -32 * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
