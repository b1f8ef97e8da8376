import {
  definePlugin,
  type Head,
  type HeadFit,
  type InitContext,
  ModalkitError,
  type Sample,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { stopGradient } from '../objectives/stop-gradient.js';
import { alarmThreshold, falseAlarmShare, falseAlarmsOption, samplesFor } from './alarm-threshold.js';
import { isNormal, normalTarget } from './normal-target.js';
import { FUSED, pooledOf } from './pooled-head.js';
import { targetedHead } from './targeted-head.js';
import { whiteningOf } from './whitening.js';

const ID = '@modalkit/core/anomaly';
/** Under scores before their logarithm. */
const LEAST = 1e-9;
/** Where places of the bank that nobody takes lie: never the nearest. */
const NOWHERE = 1e4;
const MOST = 100_000;
const schema = z.strictObject({
  /** Distance to normal samples: to the nearest of a bank of them, or to their mean. */
  by: z.enum(['nearest', 'mahalanobis']).default('nearest'),
  /** `nearest`: so many are averaged. */
  neighbours: z.int().min(1).max(64).default(3),
  /** `nearest`: normal samples that are kept. */
  bank: z.int().min(1).max(65_536).default(1024),
  /** `fused`, or the input whose pooled vector is read. */
  from: z.string().default(FUSED),
  /** Column that says what is wrong, in samples where that is known; the head's own name when left out. */
  target: z.string().optional(),
  /** What that column says of samples that are as they should be; those without a value count as such. */
  normal: z.string().min(1).default('normal'),
  /** The threshold's false alarms, and the held-out split of normal samples that it is found on; it is 1 when left out. */
  calibrate: z.strictObject({ split: z.string(), falseAlarms: falseAlarmsOption }).optional(),
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
  const { by, bank, from, target, normal, calibrate } = options;
  return {
    id: ID,
    options,
    targets: { [target]: normalTarget(normal) },
    needsFusion: from === FUSED,
    inputs: from === FUSED ? undefined : [from],
    fits: [normalFit(options), ...(calibrate ? [thresholdFit(options, calibrate)] : [])],
    init: (context) => initStatistics(context, by === 'nearest' ? bank : 0),
    predict(view, context): Record<string, Tensor> {
      const { tf } = context;
      if (context.training) return {};
      const vector = stopGradient(tf, pooledOf(view, from));
      const white = tf.matMul(tf.sub(vector, context.weight('mean')), context.weight('whiten') as never);
      const distance = by === 'nearest' ? nearest(context, white, options) : tf.norm(white, 2, 1, true);
      const far = tf.div(distance, Math.sqrt(context.space.width));
      const present = from === FUSED ? undefined : tf.cast(view.inputs[from]!.present, 'float32');
      const score = present ? tf.mul(far, tf.expandDims(present, 1)) : far;
      const logit = tf.log(tf.div(tf.add(score, LEAST), tf.add(context.weight('threshold'), LEAST)));
      return { vector, score, logits: tf.concat([tf.zerosLike(logit), logit], 1) };
    },
  };
}

function initStatistics({ weight, space: { width } }: InitContext, bank: number): void {
  const identity = Array.from({ length: width * width }, (_, at) => Number(at % (width + 1) === 0));
  const fixed = { trainable: false };
  weight('mean', [1, width], { kind: 'zeros' }, fixed);
  weight('whiten', [width, width], { kind: 'values', values: identity }, fixed);
  weight('threshold', [1, 1], { kind: 'ones' }, fixed);
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
function normalFit({ by, bank, neighbours, target, normal, from }: Settings): HeadFit {
  const counts = (sample: Sample) => isNormal(sample, target, normal) && has(sample, from);
  const least = by === 'nearest' ? Math.min(neighbours, bank) + 1 : 2;
  return {
    samples: MOST,
    output: 'vector',
    check(samples, who) {
      const found = samples.filter(counts).length;
      if (found < least)
        throw refusal(
          who,
          `the training split has ${found} normal samples, at least ${least} are needed`,
          target,
          normal,
        );
    },
    measure(rows, width, samples, who): Record<string, Float32Array> {
      const own = rowsWhere(rows, width, samples, counts);
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

/** The threshold that holds the asked rate, of a held-out split's normal samples. */
function thresholdFit(
  { target, normal, from }: Settings,
  { split, falseAlarms }: NonNullable<Settings['calibrate']>,
): HeadFit {
  const share = falseAlarmShare(falseAlarms);
  const counts = (sample: Sample) => isNormal(sample, target, normal) && has(sample, from);
  return {
    split,
    samples: MOST,
    output: 'score',
    check(samples, who) {
      const found = samples.filter(counts).length;
      const needed = samplesFor(share);
      if (found >= Math.max(1, needed)) return;
      const asked = `a false-alarm rate of ${Number(share.toPrecision(3))} of the samples needs at least ${needed}`;
      const problem = found === 0 ? 'no normal sample to calibrate on' : `${found} normal samples, and ${asked}`;
      throw refusal(who, `split "${split}" has ${problem}`, target, normal);
    },
    measure: (rows, width, samples) => ({
      threshold: Float32Array.of(alarmThreshold(rowsWhere(rows, width, samples, counts), share)),
    }),
  };
}

function refusal(who: string, problem: string, target: string, normal: string): ModalkitError {
  return new ModalkitError(
    'DATA',
    `${who}: ${problem}; add samples whose column "${target}" is "${normal}" or empty, or ask for less.`,
  );
}

function has({ inputs }: Sample, from: string): boolean {
  return from === FUSED || (inputs[from] ?? undefined) !== undefined;
}

function rowsWhere(
  rows: Float32Array,
  width: number,
  samples: readonly Sample[],
  counts: (sample: Sample) => boolean,
): Float32Array {
  const kept = [...samples.keys()].filter((row) => counts(samples[row]!));
  const own = new Float32Array(kept.length * width);
  kept.forEach((row, place) => {
    own.set(rows.subarray(row * width, (row + 1) * width), place * width);
  });
  return own;
}
