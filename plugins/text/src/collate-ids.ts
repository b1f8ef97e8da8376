import type { Bucket, HostArray, HostArrays } from '@modalkit/contract';
import { validFromLengths } from '@modalkit/toolkit';

/** Pads token ids to the bucket: `ids`, `valid` and `order`, each `[batch, token]`. An absent row has no valid token. */
export function collateIds(rows: readonly (Int32Array | undefined)[], { length }: Bucket): HostArrays {
  const integers = (): HostArray & { data: Int32Array } => ({
    dtype: 'int32',
    shape: [rows.length, length],
    data: new Int32Array(rows.length * length),
  });
  const [ids, order] = [integers(), integers()];
  for (const [row, tokens] of rows.entries()) {
    ids.data.set(tokens ?? [], row * length);
    tokens?.forEach((_, rank) => {
      order.data[row * length + rank] = rank;
    });
  }
  const lengths = rows.map((tokens) => tokens?.length ?? 0);
  return { ids, order, valid: validFromLengths(lengths, length) };
}
