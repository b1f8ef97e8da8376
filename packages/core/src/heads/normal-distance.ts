import { type InitContext, ModalkitError, type StepContext, type Tensor } from '@modalkit/contract';
import { squaredDistances } from './squared-distances.js';
import { whiteningOf } from './whitening.js';

/** Where places of the bank that nobody takes lie: never the nearest. */
const NOWHERE = 1e4;

export interface DistanceOptions {
  readonly by: 'nearest' | 'mahalanobis';
  readonly neighbours: number;
  readonly bank: number;
}

/** Declares `<prefix>mean`, `<prefix>whiten` and, for `nearest`, `<prefix>bank`. */
export function initDistance(
  { weight }: InitContext,
  prefix: string,
  width: number,
  { by, bank }: DistanceOptions,
): void {
  const identity = Array.from({ length: width * width }, (_, at) => Number(at % (width + 1) === 0));
  const fixed = { trainable: false };
  weight(`${prefix}mean`, [1, width], { kind: 'zeros' }, fixed);
  weight(`${prefix}whiten`, [width, width], { kind: 'values', values: identity }, fixed);
  if (by === 'nearest') weight(`${prefix}bank`, [bank, width], { kind: 'constant', value: NOWHERE }, fixed);
}

/** Distance of vectors to normal ones over the root of their width, `[B,D]` -> `[B,1]`. */
export function distanceOf(context: StepContext, prefix: string, vectors: Tensor, options: DistanceOptions): Tensor {
  const { tf, weight } = context;
  const white = tf.matMul(tf.sub(vectors, weight(`${prefix}mean`)), weight(`${prefix}whiten`) as never);
  const distance =
    options.by === 'nearest' ? toNearest(context, weight(`${prefix}bank`), white, options) : tf.norm(white, 2, 1, true);
  return tf.div(distance, Math.sqrt(vectors.shape[1]!));
}

/** Mean distance to the nearest of the bank. */
function toNearest({ tf }: StepContext, kept: Tensor, white: Tensor, { neighbours, bank }: DistanceOptions): Tensor {
  const squares = tf.maximum(squaredDistances(tf, white, kept), 0);
  const { values } = tf.topk(tf.neg(squares), Math.min(neighbours, bank));
  return tf.mean(tf.sqrt(tf.neg(values)), 1, true);
}

/**
 * Values of those weights, of normal vectors `[n,D]`.
 * @throws ModalkitError DATA when they are all one
 */
export function measureDistance(
  vectors: Float32Array,
  width: number,
  { by, bank }: DistanceOptions,
  who: string,
): Record<string, Float32Array> {
  const found = whiteningOf(vectors, width);
  if (!found)
    throw new ModalkitError(
      'DATA',
      `${who}: all normal samples have one and the same vector, so that nothing can be far from them; train what the head reads by an objective that tells samples apart.`,
    );
  const { mean, whiten } = found;
  return by === 'nearest' ? { mean, whiten, bank: bankOf(vectors, width, bank, found) } : { mean, whiten };
}

/** So many whitened rows from all over, the rest nowhere. */
function bankOf(
  rows: Float32Array,
  width: number,
  places: number,
  { mean, whiten }: NonNullable<ReturnType<typeof whiteningOf>>,
): Float32Array {
  const count = rows.length / width;
  const bank = new Float32Array(places * width).fill(NOWHERE);
  for (let place = 0; place < Math.min(places, count); place++) {
    const row = Math.floor((place * count) / Math.min(places, count)) * width;
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let k = 0; k <= column; k++) sum += (rows[row + k]! - mean[k]!) * whiten[k * width + column]!;
      bank[place * width + column] = sum;
    }
  }
  return bank;
}
