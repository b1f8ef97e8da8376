import { ModalkitError } from '@modalkit/contract';
import type { RecordingLabel } from '../live/recording-labels.js';
import type { SlicedRecording } from './sliced-recording.js';
import type { Span } from './spans.js';

/** What ends a life, for a column that says how much of it is left. */
export interface RemainingOptions {
  /** Event whose beginning ends it. */
  readonly label: string;
  /** Seconds beyond which nothing is told apart. */
  readonly limit?: number;
}

/** Column of the seconds that remain. */
export const REMAINING = 'remaining';

/**
 * Seconds from a window's end to the beginning of the next such event, at most `limit` (the piecewise-linear target of Heimes 2008).
 * Undefined for a window that such an event touches, and where the recording ends before either is known.
 * @param seconds length of the recording
 */
export function remainingLife(
  { label, limit = Number.POSITIVE_INFINITY }: RemainingOptions,
  labels: readonly RecordingLabel[],
  seconds: number,
): (window: Span) => number | undefined {
  const ends = labels.filter((event) => event.label === label).sort((a, b) => a.start - b.start);
  return ({ start, end }) => {
    if (ends.some((event) => event.start < end && event.end > start)) return undefined;
    const next = ends.find((event) => event.start >= end)?.start;
    const known = next ?? seconds;
    return next !== undefined || known - end >= limit ? Math.min(known - end, limit) : undefined;
  };
}

/**
 * @throws ModalkitError USAGE when a stream or `target` has the column's name, DATA that names the events there are when none is
 * called so
 */
export function checkRemaining(
  { label }: RemainingOptions,
  recordings: readonly SlicedRecording[],
  target: string,
): void {
  if (target === REMAINING || recordings[0]?.streams.some(({ name }) => name === REMAINING))
    throw new ModalkitError(
      'USAGE',
      `--remaining writes the column "${REMAINING}", which is a stream's or that of --target; call these otherwise.`,
    );
  const names = new Set(recordings.flatMap(({ labels }) => labels.map((event) => event.label)));
  if (names.has(label)) return;
  throw new ModalkitError(
    'DATA',
    `--remaining ${label}: no event of these recordings is called so; they are called ${[...names].sort().join(', ') || 'nothing: there are none'}.`,
  );
}
