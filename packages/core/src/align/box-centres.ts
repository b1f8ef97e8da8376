import type { Tensor, Tf } from '@modalkit/contract';

/** Centres `[B,T,2]` (right, down) of boxes `[B,T,4]`. */
export function boxCentres(tf: Tf, box: Tensor): Tensor {
  const [near, far] = tf.split(box, 2, 2) as [Tensor, Tensor];
  return tf.mul(tf.add(near, far), 0.5);
}
