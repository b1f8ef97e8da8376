import type { Fused, Span, Tensor, Tf } from '@modalkit/contract';
import { maskedMean, zeroInvalid } from '@modalkit/toolkit';
import type { Places } from './position-bias.js';
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
  /** Where its tokens are, when attention is guided by that. */
  readonly places?: Places;
}

export interface Joined {
  readonly values: Tensor;
  readonly valid: Tensor;
  /** `[B,S,2]` when a part has times. */
  readonly time?: Tensor;
  /** When a part has places. */
  readonly places?: Places;
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
    places: joinPlaces(tf, parts),
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

function joinPlaces(tf: Tf, parts: readonly Part[]): Places | undefined {
  if (!parts.some(({ places }) => places)) return undefined;
  const all = parts.map(({ places, valid }) => {
    const [batch, tokens] = valid.shape as [number, number];
    return places ?? { centres: tf.zeros([batch, tokens, 2]), placed: tf.zeros([batch, tokens]) };
  });
  return {
    centres: tf.concat(
      all.map(({ centres }) => centres),
      1,
    ),
    placed: tf.concat(
      all.map(({ placed }) => placed),
      1,
    ),
  };
}

/** What a fusion returns: invalid tokens are zeros, the pooled vector is the mean of the valid ones. */
export function toFused(tf: Tf, { values, valid, spans }: Joined): Fused {
  return { values: zeroInvalid(tf, values, valid), valid, spans, pooled: maskedMean(tf, values, valid) };
}
