import { type InitContext, ModalkitError, type StepContext, type Tensor } from '@modalkit/contract';
import { initLinear, linear } from '@modalkit/toolkit';

/** Extent in 0..1 of the picture under which a predicted box doesn't shrink, so that some token is always within reach. */
const SMALLEST = 0.05;

/** Where keys are. */
export interface Places {
  /** `[B,S,2]`: right and down, in 0..1 of the picture. */
  readonly centres: Tensor;
  /** `[B,S]` float32: 0 for a key that has no place; it is attended to freely. */
  readonly placed: Tensor;
}

/** Declares `name`: from a token's vector to its box. */
export function initPositionBias(context: InitContext, name: string): void {
  initLinear(context, name, context.space.width, 4);
}

/**
 * Attention guided by position: a box is predicted from each query `[B,T,D]`, and the logit of a key falls with its distance from
 * that box's centre c, measured in the box's own width and height w (spatially modulated co-attention, Gao et al. 2021):
 *
 *   bias = -sum_{right, down} ((p - c) / w)^2, c = sigmoid(o), w = 0.05 + sigmoid(e), (o, e) = W x + b.
 *
 * @returns `[B,T,S]`, differentiable by the queries
 */
export function positionBias(context: StepContext, name: string, queries: Tensor, { centres, placed }: Places): Tensor {
  const { tf } = context;
  const [centre, extent] = tf.split(tf.sigmoid(linear(context, name, queries)), 2, 2) as [Tensor, Tensor];
  const sharpness = tf.div(1, tf.square(tf.add(extent, SMALLEST)));
  // (p - c)^2 / w^2 = p^2 / w^2 - 2 p c / w^2 + c^2 / w^2, as matrix products over both directions.
  const squares = tf.matMul(sharpness, tf.square(centres), false, true);
  const products = tf.matMul(tf.mul(sharpness, centre), centres, false, true);
  const own = tf.sum(tf.mul(sharpness, tf.square(centre)), 2, true);
  const away = tf.add(tf.sub(squares, tf.mul(products, 2)), own);
  return tf.neg(tf.mul(away, tf.expandDims(placed, 1)));
}

/** Refuses inputs guided by position where no other input's tokens carry boxes. */
export function checkPlaced(
  who: string,
  guided: readonly string[],
  parts: readonly { readonly name: string; readonly places?: Places }[],
): void {
  for (const name of guided) {
    const others = parts.filter((part) => part.name !== name);
    if (others.some(({ places }) => places)) continue;
    throw new ModalkitError(
      'COMPOSE',
      `${who}: positionAttention names "${name}", but the tokens of ${others.map((other) => other.name).join(', ') || 'no other input'} carry no boxes; leave it out.`,
    );
  }
}
