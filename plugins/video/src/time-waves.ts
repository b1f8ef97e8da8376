import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

/** Seconds of the shortest and of the longest wave. */
const [SHORTEST, LONGEST] = [0.1, 1000];

/** Declares `rates [width / 2]`, fixed: radians a second, falling geometrically from a wave of 0.1 s to one of 1000 s. */
export function initTimeWaves(context: InitContext, width: number): void {
  const half = width / 2;
  const values = Array.from(
    { length: half },
    (_, i) => (2 * Math.PI) / (SHORTEST * (LONGEST / SHORTEST) ** (i / Math.max(1, half - 1))),
  );
  context.weight('rates', [half], { kind: 'values', values }, { trainable: false });
}

/**
 * Positions in time by true seconds, not by the number of the frame: `[B,S]` -> `[B,S,width]`, sines then cosines
 * (Vaswani et al. 2017, section 3.5, of a continuous position).
 */
export function timeWaves(context: StepContext, seconds: Tensor): Tensor {
  const { tf } = context;
  const angles = tf.mul(tf.expandDims(seconds, 2), context.weight('rates'));
  return tf.concat([tf.sin(angles), tf.cos(angles)], 2);
}
