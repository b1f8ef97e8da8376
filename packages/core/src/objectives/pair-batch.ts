import type { ModelView, StepContext, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';

/** What contrastive objectives need of a pair of inputs `a`, `b` in a batch. */
export interface PairBatch {
  /** `[B,B]`: cosine of a's row i and b's row j. */
  readonly similarity: Tensor;
  /** `[B]`: cosine of each sample's own pair, the diagonal of `similarity`. */
  readonly own: Tensor;
  /** `[B]` float32, 1 where the sample has both inputs. */
  readonly both: Tensor;
  readonly positives?: Positives;
}

/** Which samples belong together by a target. */
export interface Positives {
  /** `[B,B]` float32, symmetrical: 1 where both samples have the target and its values are equal. */
  readonly equal: Tensor;
  /** `[B]` float32, 1 where the sample has the target; the others are positives of themselves alone. */
  readonly known: Tensor;
}

/** Cosines and presence of a pair; `positives` names a target of the view. */
export function pairBatch(
  { tf }: StepContext,
  view: ModelView,
  [a, b]: readonly [string, string],
  positives: string | undefined,
): PairBatch {
  const [left, right] = [view.inputs[a]!, view.inputs[b]!];
  const [x, y] = [l2Normalise(tf, left.pooled), l2Normalise(tf, right.pooled)];
  const both = tf.cast(tf.logicalAnd(left.present, right.present), 'float32');
  return {
    similarity: tf.matMul(x as never, y as never, false, true),
    own: tf.sum(tf.mul(x, y), 1),
    both,
    ...(positives === undefined ? {} : { positives: positivesOf(tf, view, positives, both) }),
  };
}

function positivesOf(tf: StepContext['tf'], view: ModelView, name: string, both: Tensor): Positives {
  const { values, valid } = view.targets[name]!;
  const known = tf.mul(tf.cast(valid, 'float32'), both);
  const same = tf.cast(tf.equal(tf.expandDims(values, 1), tf.expandDims(values, 0)), 'float32');
  return { equal: tf.mul(same, tf.mul(tf.expandDims(known, 1), tf.expandDims(known, 0))), known };
}

/** Per row the value of its own pair, or, where the sample's target is known, what `ofPositives` makes of the row. */
export function ownOrPositives(
  { tf }: StepContext,
  own: Tensor,
  positives: Positives | undefined,
  ofPositives: (equal: Tensor) => Tensor,
): Tensor {
  if (!positives) return own;
  const { equal, known } = positives;
  return tf.add(tf.mul(known, ofPositives(equal)), tf.mul(tf.sub(1, known), own));
}
