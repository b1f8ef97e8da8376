import type { Fused, Span, Tensor, Tf } from '@modalkit/contract';
import { maskedMean, zeroInvalid } from '@modalkit/toolkit';
import { timeless } from './time-slice.js';

/** A named run of tokens on its way into the fused sequence. */
export interface Part {
  readonly name: string;
  /** `[B,T,D]`. */
  readonly values: Tensor;
  /** `[B,T]` bool. */
  readonly valid: Tensor;
  /** `[B,T,2]` seconds, where a time slice needs them; a part without attends and is attended to at any time. */
  readonly time?: Tensor;
}

export interface Joined {
  readonly values: Tensor;
  readonly valid: Tensor;
  /** `[B,S,2]` when a part has times. */
  readonly time?: Tensor;
  readonly spans: Readonly<Record<string, Span>>;
}

/** Parts one after another in one sequence. */
export function joinParts(tf: Tf, parts: readonly Part[]): Joined {
  const spans: Record<string, Span> = {};
  let start = 0;
  for (const { name, values } of parts) {
    spans[name] = { start, end: start + values.shape[1]! };
    start += values.shape[1]!;
  }
  return {
    values: tf.concat(
      parts.map((part) => part.values),
      1,
    ),
    valid: tf.concat(
      parts.map((part) => part.valid),
      1,
    ),
    time: joinTimes(tf, parts),
    spans,
  };
}

function joinTimes(tf: Tf, parts: readonly Part[]): Tensor | undefined {
  if (!parts.some((part) => part.time)) return undefined;
  return tf.concat(
    parts.map(({ time, valid }) => time ?? timeless(tf, valid.shape[0]!, valid.shape[1]!)),
    1,
  );
}

/** What a fusion returns: invalid tokens are zeros, the pooled vector is the mean of the valid ones. */
export function toFused(tf: Tf, { values, valid, spans }: Joined): Fused {
  return { values: zeroInvalid(tf, values, valid), valid, spans, pooled: maskedMean(tf, values, valid) };
}
