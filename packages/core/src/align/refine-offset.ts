import { ModalkitError } from '@modalkit/contract';
import type { EvenRows } from './even-rows.js';
import { type Lag, lagCurve, smoothLags } from './lag-curve.js';

/** How much happens from moment to moment: a sound's level in decibels, a pen's being down, the change between two frames. */
export interface Envelope {
  /** Seconds on the stream's own clock at which `values` begin. */
  readonly start: number;
  /** Seconds from one value to the next. */
  readonly step: number;
  readonly values: ArrayLike<number>;
}

/** Seconds between values that are compared, and of the onsets' smoothing (standard deviation). */
const [STEP, SOFT] = [0.01, 0.04];
/** Seconds to either side of what the embeddings say: about half an event, so that no other event comes in its place. */
const REACH = 0.4;
const LEAST_OVERLAP = 0.4;

/**
 * An offset that is known roughly, by the two streams' onsets: where their envelopes rise (onset strength, Bello et al. 2005) is
 * cross-correlated within 0.4 s of `around`. A constant lag between what is compared, such as a voice's slow beginning, stays.
 * @throws ModalkitError DATA when an envelope is no such thing
 */
export function refineOffset(a: Envelope, b: Envelope, around: number): number {
  const lags = lagCurve(onsets(a), onsets(b), STEP, Math.abs(around) + REACH, LEAST_OVERLAP);
  const near = smoothLags(lags, STEP, SOFT).filter(({ offset }) => Math.abs(offset - around) <= REACH);
  const top = near.reduce<Lag | undefined>(
    (best, lag) => (best && best.similarity >= lag.similarity ? best : lag),
    undefined,
  );
  return top && top.similarity > 0 ? top.offset : around;
}

/** How fast an envelope rises, every 10 ms, its mean taken out. */
function onsets({ start, step, values }: Envelope): EvenRows {
  if (!(step > 0) || values.length < 2)
    throw new ModalkitError(
      'DATA',
      `An envelope has ${values.length} values ${step} s apart; give two or more and a step above 0.`,
    );
  const count = Math.floor(((values.length - 1) * step) / STEP + 1e-9);
  const at = (index: number) => {
    const place = (index * STEP) / step;
    const before = Math.min(Math.floor(place), values.length - 2);
    return values[before]! + (place - before) * (values[before + 1]! - values[before]!);
  };
  const rises = Float64Array.from({ length: count }, (_, index) => Math.max(0, at(index + 1) - at(index)));
  const mean = rises.reduce((sum, rise) => sum + rise / count, 0);
  return { start, count, width: 1, rows: rises.map((rise) => rise - mean) };
}
