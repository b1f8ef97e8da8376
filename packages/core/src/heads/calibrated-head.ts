import {
  type FusedView,
  type Head,
  type HeadFit,
  type InitContext,
  type Json,
  ModalkitError,
  type Sample,
  type StepContext,
  type Tensor,
} from '@modalkit/contract';
import { z } from 'zod';
import { alarmThreshold, falseAlarmShare, falseAlarmsOption, samplesFor } from './alarm-threshold.js';
import { isNormal, normalTarget } from './normal-target.js';
import { FUSED } from './pooled-head.js';
import { hasRead, MOST } from './read-samples.js';

/** Under scores before their logarithm. */
const LEAST = 1e-9;

/** Options of a head that takes a sample for anomalous when its score is above a threshold. */
export const calibratedOptions = {
  /** Column that says what is wrong, in samples where that is known; the head's own name when left out. */
  target: z.string().optional(),
  /** What that column says of samples that are as they should be; those without a value count as such. */
  normal: z.string().min(1).default('normal'),
  /** The threshold's false alarms, and the held-out split of normal samples that it is found on; it is 1 when left out. */
  calibrate: z.strictObject({ split: z.string(), falseAlarms: falseAlarmsOption }).optional(),
};

type Calibrated = z.output<z.ZodObject<typeof calibratedOptions>>;
/** What says which samples are normal. */
export type NormalSamples = Pick<Calibrated, 'normal'> & {
  readonly target: string;
  readonly from: string | readonly string[];
};
type Settings = Extract<Json, { readonly [key: string]: Json }> & Calibrated & { readonly target: string };

/** What differs between such heads. */
interface Scorer {
  /** What is measured before the threshold is. */
  readonly fits?: readonly HeadFit[];
  /** Weights beside the threshold. @param widths numbers of a token's target, of each input whose target is of values */
  init?(context: InitContext, widths: Readonly<Record<string, number>>): void;
  /** Outputs in evaluation: `score [B,1]`, the larger the less normal, and what `fits` read. */
  score(view: FusedView, context: StepContext): Readonly<Record<string, Tensor>> & { readonly score: Tensor };
  /** Outputs in training, where there are some. */
  train?(view: FusedView, context: StepContext): Readonly<Record<string, Tensor>>;
}

/**
 * A head that tells anomalies by a score: 0 where the sample lacks the input that is read, and `logits [B,2]`, 0 and
 * ln(score / threshold), so that what reads a class reads `normal` or `anomalous`. The threshold is measured on a held-out split.
 * @param from `fused`, an input, or several, of which a sample may lack some; where it lacks all the score must be 0
 */
export function calibratedHead(
  id: string,
  options: Settings,
  from: string | readonly string[],
  { fits = [], init, score, train }: Scorer,
): Head {
  const { target, normal, calibrate } = options;
  const several = typeof from !== 'string';
  return {
    id,
    options,
    targets: { [target]: normalTarget(normal) },
    needsFusion: from === FUSED || several,
    inputs: from === FUSED ? undefined : [from].flat(),
    anyInput: several,
    fits: [...fits, ...(calibrate ? [thresholdFit({ target, normal, from }, calibrate)] : [])],
    init(context, _classes, widths = {}) {
      context.weight('threshold', [1, 1], { kind: 'ones' }, { trainable: false });
      init?.(context, widths);
    },
    predict(view, context): Record<string, Tensor> {
      const { tf } = context;
      if (context.training) return train?.(view, context) ?? {};
      const found = score(view, context);
      const there = several ? found.score : wherePresent(found.score, view, from, context);
      const logit = tf.log(tf.div(tf.add(there, LEAST), tf.add(context.weight('threshold'), LEAST)));
      return { ...found, score: there, logits: tf.concat([tf.zerosLike(logit), logit], 1) };
    },
  };
}

/** `[B,1]` as it is, and 0 where a sample lacks the input that is read. */
export function wherePresent(x: Tensor, { inputs }: FusedView, from: string, { tf }: StepContext): Tensor {
  return from === FUSED ? x : tf.mul(x, tf.cast(tf.expandDims(inputs[from]!.present, 1), 'float32'));
}

/** Whether a sample is normal and has what is read. */
export function countsAsNormal({ target, normal, from }: NormalSamples): (sample: Sample) => boolean {
  const has = hasRead(from);
  return (sample) => isNormal(sample, target, normal) && has(sample);
}

/** Refuses a training split with fewer normal samples than are needed. @param which of them @throws ModalkitError DATA */
export function checkNormal(options: NormalSamples, least: number, which = ''): NonNullable<HeadFit['check']> {
  const counts = countsAsNormal(options);
  return (samples, who) => {
    const found = samples.filter(counts).length;
    if (found < least)
      throw refusal(
        who,
        `the training split has ${found} normal samples${which}, at least ${least} are needed`,
        options,
      );
  };
}

/** Rows of the samples that are normal and have what is read. */
export function normalRows(
  rows: Float32Array,
  width: number,
  samples: readonly Sample[],
  options: NormalSamples,
): Float32Array {
  const counts = countsAsNormal(options);
  const kept = [...samples.keys()].filter((row) => counts(samples[row]!));
  const own = new Float32Array(kept.length * width);
  kept.forEach((row, place) => {
    own.set(rows.subarray(row * width, (row + 1) * width), place * width);
  });
  return own;
}

/** The threshold that holds the asked rate, of a held-out split's normal samples. */
function thresholdFit(options: NormalSamples, { split, falseAlarms }: NonNullable<Calibrated['calibrate']>): HeadFit {
  const share = falseAlarmShare(falseAlarms);
  const counts = countsAsNormal(options);
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
      throw refusal(who, `split "${split}" has ${problem}`, options);
    },
    measure: (rows, width, samples) => ({
      threshold: Float32Array.of(alarmThreshold(normalRows(rows, width, samples, options), share)),
    }),
  };
}

function refusal(who: string, problem: string, { target, normal }: NormalSamples): ModalkitError {
  return new ModalkitError(
    'DATA',
    `${who}: ${problem}; add samples whose column "${target}" is "${normal}" or empty, or ask for less.`,
  );
}
