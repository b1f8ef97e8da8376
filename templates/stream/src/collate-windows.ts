import type { Bucket, HostArrays } from '@modalkit/contract';
import { stackRows, validFromLengths } from '@modalkit/toolkit';
import type { Statistics } from './statistics.js';
import type { PreparedWindows } from './windows.js';

/** Pads to the bucket: standardised `values [batch, token, channel]`, `valid` and `time`. An absent row has no valid token. */
export function collateWindows(
  prepared: readonly (PreparedWindows | undefined)[],
  { length }: Bucket,
  { mean, std }: Statistics,
): HostArrays {
  const channels = mean.length;
  const standardised = prepared.map((sample) =>
    sample?.values.map((value, at) => (value - mean[at % channels]!) / std[at % channels]!),
  );
  const lengths = prepared.map((sample) => (sample?.values.length ?? 0) / channels);
  const times = prepared.map((sample) => sample && Float32Array.from(sample.time));
  return {
    valid: validFromLengths(lengths, length),
    time: stackRows(times, [length, 2]),
    values: stackRows(standardised, [length, channels]),
  };
}
