import { ModalkitError, type Tensor, type Tf } from '@modalkit/contract';

/** Start and end of a token without time, in seconds: it overlaps every other. */
const ALWAYS = [-1e9, 1e9] as const;
/** Added to the logit of a key outside the slice: exp() of it is 0, and two of them stay finite. */
const OUTSIDE = -1e9;

/** Intervals `[batch, tokens, 2]` that overlap every other. */
export function timeless(tf: Tf, batch: number, tokens: number): Tensor {
  return tf.concat(
    ALWAYS.map((seconds) => tf.fill([batch, tokens, 1], seconds)),
    2,
  );
}

/**
 * Attention bias `[B,T,S]` of a time slice: 0 where the interval of a query, `[B,T,2]` in seconds, and that of a key,
 * `[B,S,2]`, are at most `tolerance` seconds apart (at 0: they overlap or touch), and so low elsewhere that nothing
 * comes through. Undefined when one of the two has no times at all: then every query attends to every key.
 */
export function timeSliceBias(
  tf: Tf,
  queries: Tensor | undefined,
  keys: Tensor | undefined,
  tolerance: number | undefined,
): Tensor | undefined {
  if (tolerance === undefined || !queries || !keys) return undefined;
  const [start, end] = tf.split(queries, 2, 2) as [Tensor, Tensor];
  const [keyStart, keyEnd] = tf.split(tf.transpose(keys, [0, 2, 1]), 2, 1) as [Tensor, Tensor];
  const apart = tf.maximum(tf.sub(keyStart, end), tf.sub(start, keyEnd));
  return tf.mul(tf.cast(tf.greater(apart, tolerance), 'float32'), OUTSIDE);
}

/** `[B,T,1]` float32: 1 where a query has a valid key, `[B,S]` bool, within its slice; else it attends to nothing. */
export function reachesAny(tf: Tf, keyValid: Tensor, bias: Tensor): Tensor {
  const within = tf.logicalAnd(tf.expandDims(keyValid, 1), tf.equal(bias, 0));
  return tf.cast(tf.any(within, 2, true), 'float32');
}

/** Refuses a time slice where no joined input's tokens carry times. */
export function checkTimed(
  who: string,
  timeSlice: number | undefined,
  parts: readonly { readonly name: string; readonly time?: Tensor }[],
): void {
  if (timeSlice === undefined || parts.some((part) => part.time)) return;
  throw new ModalkitError(
    'COMPOSE',
    `${who}: timeSlice is ${timeSlice}, but the tokens of ${parts.map((part) => part.name).join(', ')} carry no times; leave it out.`,
  );
}
