import {
  definePlugin,
  type Head,
  type HeadFit,
  type InitContext,
  ModalkitError,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { stopGradient } from '../objectives/stop-gradient.js';
import { calibratedHead, calibratedOptions, checkNormal, normalRows } from './calibrated-head.js';
import { FUSED, pooledOf } from './pooled-head.js';
import { MOST } from './read-samples.js';
import { targetedHead } from './targeted-head.js';
import { whiteningOf } from './whitening.js';

const ID = '@modalkit/core/anomaly';
/** Where places of the bank that nobody takes lie: never the nearest. */
const NOWHERE = 1e4;
const schema = z.strictObject({
  /** Distance to normal samples: to the nearest of a bank of them, or to their mean. */
  by: z.enum(['nearest', 'mahalanobis']).default('nearest'),
  /** `nearest`: so many are averaged. */
  neighbours: z.int().min(1).max(64).default(3),
  /** `nearest`: normal samples that are kept. */
  bank: z.int().min(1).max(65_536).default(1024),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
  ...calibratedOptions,
});

export type AnomalyOptions = z.input<typeof schema>;
type Settings = z.output<typeof schema> & { readonly target: string };

/**
 * How far a sample is from normal ones, learnt from these alone and after training, with the covariance of the training split's
 * normal vectors, shrunk (Ledoit and Wolf 2004), as the measure of distance: u = (v - mean) W, W W' = inverse covariance, and
 *
 *   mahalanobis: s = |u| / sqrt(D) (Lee et al. 2018);
 *   nearest: s = mean of |u - b| / sqrt(D) over the nearest of a bank of normal samples (Sun et al. 2022; Roth et al. 2022).
 *
 * Outputs, in evaluation: `vector [B,D]`; `score [B,1]`, s, and 0 where the sample lacks the input that is read; `logits [B,2]`,
 * 0 and ln(s / threshold), so that what reads a class reads `normal` or `anomalous`. Mean, W, bank and threshold are weights that
 * no gradient changes: they are in the checkpoint, and go where it goes.
 * @throws ModalkitError DATA when a split has too few normal samples
 */
export const anomaly = definePlugin((options: AnomalyOptions = {}) => {
  const parsed = parseOptions(schema, options, ID);
  return targetedHead(ID, parsed, anomalyHead);
});

function anomalyHead(options: Settings): Head {
  const { by, bank, from } = options;
  return calibratedHead(ID, options, from, {
    fits: [normalFit(options)],
    init: (context) => initStatistics(context, by === 'nearest' ? bank : 0),
    score(view, context) {
      const { tf } = context;
      const vector = stopGradient(tf, pooledOf(view, from));
      const white = tf.matMul(tf.sub(vector, context.weight('mean')), context.weight('whiten') as never);
      const distance = by === 'nearest' ? nearest(context, white, options) : tf.norm(white, 2, 1, true);
      return { vector, score: tf.div(distance, Math.sqrt(context.space.width)) };
    },
  });
}

function initStatistics({ weight, space: { width } }: InitContext, bank: number): void {
  const identity = Array.from({ length: width * width }, (_, at) => Number(at % (width + 1) === 0));
  const fixed = { trainable: false };
  weight('mean', [1, width], { kind: 'zeros' }, fixed);
  weight('whiten', [width, width], { kind: 'values', values: identity }, fixed);
  if (bank > 0) weight('bank', [bank, width], { kind: 'constant', value: NOWHERE }, fixed);
}

/** Mean distance to the nearest of the bank, `[B,D]` -> `[B,1]`: |u - b|^2 = |u|^2 - 2 u b' + |b|^2. */
function nearest({ tf, weight }: StepContext, white: Tensor, { neighbours, bank }: Settings): Tensor {
  const kept = weight('bank');
  const products = tf.matMul(white as never, kept as never, false, true);
  const own = tf.sum(tf.square(white), 1, true);
  const others = tf.reshape(tf.sum(tf.square(kept), 1), [1, bank]);
  const squares = tf.maximum(tf.add(tf.sub(own, tf.mul(products, 2)), others), 0);
  const { values } = tf.topk(tf.neg(squares), Math.min(neighbours, bank));
  return tf.mean(tf.sqrt(tf.neg(values)), 1, true);
}

/** Mean, W and bank of the training split's normal samples. */
function normalFit(options: Settings): HeadFit {
  const { by, bank, neighbours } = options;
  return {
    samples: MOST,
    output: 'vector',
    check: checkNormal(options, by === 'nearest' ? Math.min(neighbours, bank) + 1 : 2),
    measure(rows, width, samples, who): Record<string, Float32Array> {
      const own = normalRows(rows, width, samples, options);
      const found = whiteningOf(own, width);
      if (!found)
        throw new ModalkitError(
          'DATA',
          `${who}: all normal samples have one and the same vector, so that nothing can be far from them; train what the head reads by an objective that tells samples apart.`,
        );
      const { mean, whiten } = found;
      if (by !== 'nearest') return { mean, whiten };
      return { mean, whiten, bank: bankOf(own, width, bank, found) };
    },
  };
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
