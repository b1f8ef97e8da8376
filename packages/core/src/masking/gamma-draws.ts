import type { StepContext, Tensor } from '@modalkit/contract';

/** Proposals, of which the first that is accepted counts: each is with at least 0.95, so that none is once in 2e10 draws. */
const TRIES = 8;

/**
 * Gamma variates of one shape parameter by rejection (Marsaglia and Tsang 2000), all proposals drawn at once so that the graph is
 * static; below 1 as the variate of alpha + 1 times u^(1/alpha).
 */
export function gammaDraws(context: StepContext, shape: readonly number[], alpha: number): Tensor {
  const { tf, random } = context;
  const positive = (purpose: string, of: readonly number[]) => tf.sub(1, random.uniform(purpose, of));
  const d = Math.max(alpha, alpha < 1 ? alpha + 1 : 0) - 1 / 3;
  const many = [...shape, TRIES];
  const radius = tf.sqrt(tf.mul(tf.log(positive('gamma/radius', many)), -2));
  const x = tf.mul(radius, tf.cos(tf.mul(random.uniform('gamma/angle', many), 2 * Math.PI)));
  const root = tf.add(tf.div(x, Math.sqrt(9 * d)), 1);
  const v = tf.pow(root, 3);
  const bound = tf.add(tf.mul(tf.square(x), 0.5), tf.mul(tf.add(tf.sub(1, v), tf.log(tf.maximum(v, 1e-30))), d));
  const accepted = tf.logicalAnd(tf.greater(root, 0), tf.less(tf.log(positive('gamma/accept', many)), bound));
  const drawn = tf.mul(firstOf(context, tf.cast(accepted, 'float32'), v), d);
  return alpha < 1 ? tf.mul(drawn, tf.pow(positive('gamma/power', shape), 1 / alpha)) : drawn;
}

/** Along the last dimension the first value that is flagged, 1 where none is. */
function firstOf({ tf }: StepContext, flags: Tensor, values: Tensor): Tensor {
  const before = tf.cumsum(flags, flags.rank - 1, true);
  const first = tf.mul(flags, tf.cast(tf.less(before, 0.5), 'float32'));
  return tf.add(tf.sum(tf.mul(first, values), -1), tf.sub(1, tf.max(flags, -1)));
}
