import type { Bucket, HostArrays } from '@modalkit/contract';
import { validFromLengths } from '@modalkit/toolkit';

/** Pads samples to the bucket: `values [batch, token, channel]`, `valid` and `order`. An absent row has no valid token. */
export function collateRows(
  prepared: readonly (Float32Array | undefined)[],
  { batch, length }: Bucket,
  channels: number,
): HostArrays {
  const values = new Float32Array(batch * length * channels);
  const order = new Int32Array(batch * length);
  const lengths = prepared.map((sample) => (sample?.length ?? 0) / channels);
  for (const [row, sample] of prepared.entries()) {
    values.set(sample ?? [], row * length * channels);
    for (let token = 0; token < lengths[row]!; token++) order[row * length + token] = token;
  }
  return {
    valid: validFromLengths(lengths, length),
    order: { dtype: 'int32', shape: [batch, length], data: order },
    values: { dtype: 'float32', shape: [batch, length, channels], data: values },
  };
}
