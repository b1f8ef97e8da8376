/**
 * The smallest listed bucket that holds `length` tokens; where none does, the next power of two, at least 8, but no more than `longest`
 * brought to a multiple of 8.
 */
export function bucketLength(
  length: number,
  buckets: readonly number[] = [],
  longest = Number.POSITIVE_INFINITY,
): number {
  let best = Number.POSITIVE_INFINITY;
  for (const bucket of buckets) if (bucket >= length && bucket < best) best = bucket;
  return Number.isFinite(best) ? best : Math.min(nextPowerOfTwo(Math.max(8, length)), 8 * Math.ceil(longest / 8));
}

/** Items that a list of `items` is padded to: a power of two, no more than the list may hold. */
export function bucketItems(items: number, most: number): number {
  return Math.min(most, nextPowerOfTwo(Math.max(1, items)));
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
