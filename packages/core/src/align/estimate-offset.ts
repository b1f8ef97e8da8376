import { ModalkitError } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { type EmbeddingStream, evenRows } from './even-rows.js';
import { type Lag, lagCurve, smoothLags } from './lag-curve.js';
import { refineOffset } from './refine-offset.js';

const WHO = 'estimateOffset';
/** Part of the shorter stream that must overlap. */
const LEAST_OVERLAP = 0.4;
/** Seconds around the peak that belong to it. */
const PEAK = 1;
/** Seconds, and times `maxOffset`, that the spread of the curve is taken over. */
const SPREAD = 12;
const SPREAD_TIMES = 5;
/** Mode and scale of the highest peak of unrelated streams, a Gumbel distribution fitted to simulated ones. */
const CHANCE = { mode: 1.375, scale: 0.615 };

const schema = z.strictObject({
  /** Largest offset that is looked for, in seconds. */
  maxOffset: z.number().positive().max(3600).default(2.5),
  /** Seconds between offsets that are tried; the peak is found between them. */
  step: z.number().min(0.001).max(10).default(0.05),
  /** Smoothing of the curve in seconds (standard deviation), about a third of how long an event lasts. */
  smoothing: z.number().min(0).max(60).default(0.2),
  /** Confidence at which the offset is known. */
  minConfidence: z.number().min(0).max(1).default(0.985),
});

export type OffsetOptions = z.input<typeof schema>;

export interface ClockOffset {
  /** Seconds: what happens at t on the first clock happens at t + offset on the second. */
  readonly offset: number;
  /** Probability that two unrelated streams would show no peak as high, 0..1. */
  readonly confidence: number;
  /** False: the peak does not stand out, and the offset means nothing. */
  readonly known: boolean;
  /** Smoothed similarity at each offset that was tried, for a picture. */
  readonly curve: readonly Lag[];
}

/**
 * Offset between the clocks of two streams that show the same events ("it is seen at 1:30 and heard at 1:31"), by
 * cross-correlation of their embeddings over offsets and a parabola through the top of the peak. How far the peak stands
 * out is measured in standard deviations of the curve away from it; embeddings of either modality must lie in one space.
 * Give `activity` where it is known: silence then adds no noise. Embeddings of windows tell which event is which, and an
 * `envelope` of each stream when exactly it begins.
 * @throws ModalkitError OPTIONS or DATA
 */
export function estimateOffset(a: EmbeddingStream, b: EmbeddingStream, options: OffsetOptions = {}): ClockOffset {
  const { maxOffset, step, smoothing, minConfidence } = parseOptions(schema, options, WHO);
  const [left, right] = [evenRows(a, step), evenRows(b, step)];
  if (left.width !== right.width)
    throw new ModalkitError(
      'DATA',
      `${WHO}: the streams' vectors have widths ${left.width} and ${right.width}; embed both in one space.`,
    );
  const reach = Math.max(SPREAD, SPREAD_TIMES * maxOffset);
  const lags = smoothLags(lagCurve(left, right, step, reach, LEAST_OVERLAP), step, smoothing);
  const curve = lags.filter(({ offset }) => Math.abs(offset) <= maxOffset);
  if (curve.length === 0) return { offset: 0, confidence: 0, known: false, curve };
  const top = curve.reduce((best, lag) => (lag.similarity > best.similarity ? lag : best));
  const height = (peakHeight(lags, top) - CHANCE.mode) / CHANCE.scale;
  const confidence = Math.exp(-Math.exp(-height));
  const coarse = refined(lags, top, step);
  const offset = a.envelope && b.envelope ? refineOffset(a.envelope, b.envelope, coarse) : coarse;
  return { offset, confidence, known: confidence >= minConfidence, curve };
}

/** Standard deviations between the peak and the rest of the curve; a similarity weighs by the root of its overlap. */
function peakHeight(lags: readonly Lag[], top: Lag): number {
  const weigh = ({ similarity, overlap }: Lag) => similarity * Math.sqrt(overlap);
  const rest = lags.filter(({ offset }) => Math.abs(offset - top.offset) > PEAK).map(weigh);
  const mean = rest.reduce((sum, value) => sum + value / rest.length, 0);
  const spread = Math.sqrt(rest.reduce((sum, value) => sum + (value - mean) ** 2 / rest.length, 0));
  return spread > 0 ? (weigh(top) - mean) / spread : 0;
}

/** Vertex of the parabola through the highest point and its two neighbours. */
function refined(lags: readonly Lag[], top: Lag, step: number): number {
  const at = lags.indexOf(top);
  const [before, after] = [lags[at - 1]?.similarity, lags[at + 1]?.similarity];
  if (before === undefined || after === undefined) return top.offset;
  const bend = before - 2 * top.similarity + after;
  return bend < 0 ? top.offset + (step * (before - after)) / (2 * bend) : top.offset;
}
