import { type MaskPolicy, ModalkitError, type StepContext, type Tensor, type TokenLayout } from '@modalkit/contract';

/**
 * Which valid tokens a policy hides, `[B,T]` bool: the body of most adapters' `mask`.
 * The result is a function of the layout and of the step's key alone; in evaluation nothing is hidden.
 * Tubes are for adapters that know which tokens share a place.
 * @throws ModalkitError PLUGIN when blocks are asked of tokens without box positions, or tubes
 */
export function hideTokens(context: StepContext, layout: TokenLayout, policy: MaskPolicy): Tensor {
  const { tf, training } = context;
  return training ? tf.logicalAnd(layout.valid, choose(context, layout, policy)) : tf.zerosLike(layout.valid);
}

function choose(context: StepContext, layout: TokenLayout, policy: MaskPolicy): Tensor {
  const { tf, random } = context;
  const [batch, tokens] = layout.valid.shape as [number, number];
  if (policy.kind === 'random') return tf.less(random.uniform('mask', [batch, tokens]), policy.ratio);
  if (policy.kind === 'drop') return tf.tile(tf.less(random.uniform('mask', [batch, 1]), policy.ratio), [1, tokens]);
  if (policy.kind === 'span') return hideSpans(context, batch, tokens, policy);
  if (policy.kind === 'tube')
    throw new ModalkitError(
      'PLUGIN',
      'Mask policy "tube" needs an adapter that hides tubes itself; use "block" or "random".',
    );
  if (!layout.position.box)
    throw new ModalkitError('PLUGIN', 'Mask policy "block" needs tokens with box positions; use "random" or "span".');
  return hideBlocks(context, layout.position.box, policy);
}

/**
 * A span starts at each place, before the first token too, with such a probability that a token is covered with
 * probability `ratio`: 1 - (1 - p)^span = ratio.
 */
function hideSpans(
  { tf, random }: StepContext,
  batch: number,
  tokens: number,
  { ratio, span }: { ratio: number; span: number },
): Tensor {
  const probability = 1 - (1 - ratio) ** (1 / span);
  const starts = tf.cast(tf.less(random.uniform('mask', [batch, tokens + span - 1]), probability), 'float32');
  const before = tf.pad(tf.cumsum(starts, 1), [
    [0, 0],
    [1, 0],
  ]);
  const covering = tf.sub(tf.slice(before, [0, span], [batch, tokens]), tf.slice(before, [0, 0], [batch, tokens]));
  return tf.greater(covering, 0.5);
}

/**
 * Squares of side `block` at random places, reaching over the picture's edges, so that one covers any token's centre
 * with probability (block / (1 + block))^2; so many, each there with such a probability, that a token is covered with
 * probability `ratio` (at most 0.99).
 */
function hideBlocks(
  { tf, random }: StepContext,
  box: Tensor,
  { ratio, block }: { ratio: number; block: number },
): Tensor {
  const [batch, tokens] = box.shape as [number, number];
  const share = (block / (1 + block)) ** 2;
  const seen = 1 - Math.min(ratio, 0.99);
  const count = Math.max(1, Math.ceil(Math.log(seen) / Math.log(1 - share)));
  const there = tf.less(random.uniform('mask/there', [batch, 1, count]), (1 - seen ** (1 / count)) / share);
  const corner = tf.sub(tf.mul(random.uniform('mask', [batch, 1, count, 2]), 1 + block), block);
  const [near, far] = tf.split(box, 2, 2) as [Tensor, Tensor];
  const centre = tf.reshape(tf.mul(tf.add(near, far), 0.5), [batch, tokens, 1, 2]);
  const inside = tf.logicalAnd(tf.greaterEqual(centre, corner), tf.less(centre, tf.add(corner, block)));
  return tf.any(tf.logicalAnd(tf.all(inside, 3), there), 2);
}
