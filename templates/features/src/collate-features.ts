import type { Bucket, HostArrays } from '@modalkit/contract';
import { stackRows, validFromLengths } from '@modalkit/toolkit';

/** Pads to the bucket: `values [batch, token, feature]`, `valid` and `order`. An absent row has no valid token. */
export function collateFeatures(
  prepared: readonly (Float32Array | undefined)[],
  { batch, length }: Bucket,
  features: number,
): HostArrays {
  const lengths = prepared.map((sample) => (sample?.length ?? 0) / features);
  const order = lengths.flatMap((count) => Array.from({ length }, (_, token) => (token < count ? token : 0)));
  return {
    valid: validFromLengths(lengths, length),
    order: { dtype: 'int32', shape: [batch, length], data: Int32Array.from(order) },
    values: stackRows(prepared, [length, features]),
  };
}
