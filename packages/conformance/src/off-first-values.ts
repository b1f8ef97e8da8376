import type { Tf, Variable } from '@modalkit/contract';

/** Moves every weight that trains by a wave of 0.1: biases of 0 would hide leaks, and equal values lie on kinks. */
export function offFirstValues(tf: Tf, weights: ReadonlyMap<string, Variable>): void {
  for (const weight of weights.values()) {
    if (!weight.trainable) continue;
    tf.tidy(() => {
      const wave = tf.sin(tf.reshape(tf.range(1, weight.size + 1), weight.shape));
      weight.assign(tf.add(weight, tf.mul(wave, 0.1)));
    });
  }
}
