import type { Tensor, Tf } from '@modalkit/contract';
import { boxCentres } from '../align/box-centres.js';

/** Further than any region of the picture is. */
const FAR = 1e9;

/**
 * Which regions a box holds, `[B,T]` bool.
 * @param box `[B,T,4]` of the regions, `valid [B,T]` bool, `wanted [B,4]`
 * @returns `inside`: those whose centre lies in it; `meant`: the same, or where there is none the one nearest to its centre
 */
export function regionsInBox(tf: Tf, box: Tensor, valid: Tensor, wanted: Tensor): { inside: Tensor; meant: Tensor } {
  const [low, high] = tf.split(tf.expandDims(wanted, 1), 2, 2) as [Tensor, Tensor];
  const centre = boxCentres(tf, box);
  const within = tf.all(tf.logicalAnd(tf.greaterEqual(centre, low), tf.less(centre, high)), 2);
  const inside = tf.logicalAnd(valid, within);
  const away = tf.sum(tf.square(tf.sub(centre, tf.mul(tf.add(low, high), 0.5))), 2);
  const distance = tf.where(valid, away, tf.fill(away.shape, FAR));
  const nearest = tf.logicalAnd(valid, tf.equal(distance, tf.min(distance, 1, true)));
  const none = tf.logicalNot(tf.any(inside, 1, true));
  return { inside, meant: tf.logicalOr(inside, tf.logicalAnd(none, nearest)) };
}
