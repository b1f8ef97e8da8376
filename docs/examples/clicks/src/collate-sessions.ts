import type { Bucket, HostArrays } from '@modalkit/contract';
import { stackRows, validFromLengths } from '@modalkit/toolkit';

/** `time [event]` in seconds, `ids [event]`. */
export interface PreparedSession {
  readonly time: Float32Array;
  readonly ids: Int32Array;
}

/** Pads sessions to the bucket: `ids [batch, token]`, `valid`, `time` and `order`. An event begins and ends at once. */
export function collateSessions(
  prepared: readonly (PreparedSession | undefined)[],
  { batch, length }: Bucket,
): HostArrays {
  const [ids, order] = [new Int32Array(batch * length), new Int32Array(batch * length)];
  for (const [row, session] of prepared.entries()) {
    ids.set(session?.ids ?? [], row * length);
    order.set(session?.ids.map((_, token) => token) ?? [], row * length);
  }
  const lengths = prepared.map((session) => session?.ids.length ?? 0);
  const times = prepared.map(
    (session) => session && Float32Array.from([...session.time].flatMap((time) => [time, time])),
  );
  return {
    valid: validFromLengths(lengths, length),
    time: stackRows(times, [length, 2]),
    order: { dtype: 'int32', shape: [batch, length], data: order },
    ids: { dtype: 'int32', shape: [batch, length], data: ids },
  };
}
