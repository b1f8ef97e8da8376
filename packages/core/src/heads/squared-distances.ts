import type { Tensor, Tf } from '@modalkit/contract';

/** |a_i - b_j|^2 = |a_i|^2 - 2 a_i b_j' + |b_j|^2 of all pairs, `[n,D]` and `[m,D]` -> `[n,m]`; near 0 it may round below. */
export function squaredDistances(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const products = tf.matMul(a as never, b as never, false, true);
  const own = tf.sum(tf.square(a), 1, true);
  const others = tf.expandDims(tf.sum(tf.square(b), 1), 0);
  return tf.add(tf.sub(own, tf.mul(products, 2)), others);
}
