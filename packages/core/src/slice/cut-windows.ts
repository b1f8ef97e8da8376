import type { RecordedStream, Recording } from '../live/recording-file.js';
import type { RecordingLabel } from '../live/recording-labels.js';
import { type LabelRule, labelOf } from './label-rule.js';
import { type RemainingOptions, remainingLife } from './remaining-life.js';
import { covered, type Span, sweep } from './spans.js';

export interface CutOptions {
  /** Seconds of a window. */
  readonly length: number;
  /** Seconds from the start of one window to that of the next. */
  readonly stride: number;
  readonly rule: LabelRule;
  /** What a window is called that no event touches. */
  readonly background?: string;
  /** Share of a window that a stream must be known for, 0..1; else it is absent in it. */
  readonly coverage: number;
  /** How long it is from each window to the next event of a kind. */
  readonly remaining?: RemainingOptions;
}

/** A window of a recording. */
export interface Window extends Span {
  /** Streams that are known in it; none when nothing is. */
  readonly streams: readonly RecordedStream[];
  /** Left out when an event touches it that the rule does not call it after. */
  readonly label?: string;
  /** Seconds, where they are asked for and known. */
  readonly remaining?: number;
}

/** Windows of so many seconds have their times on a grid so fine. */
const MICROSECONDS = 1e6;

/** How many whole windows a recording has. */
export function windowsIn({ seconds }: Recording, { length, stride }: CutOptions): number {
  return seconds < length ? 0 : 1 + Math.floor((seconds - length) / stride + 1e-9);
}

/** The windows of a recording in the order of their starts. */
export function* cutWindows(
  recording: Recording,
  labels: readonly RecordingLabel[],
  options: CutOptions,
): Generator<Window> {
  const unknown = recording.streams.map((stream) => sweep(unknownIn(stream)));
  const events = sweep(labels);
  const left = options.remaining && remainingLife(options.remaining, labels, recording.seconds);
  for (let index = 0; index < windowsIn(recording, options); index++) {
    const start = onGrid(index * options.stride);
    const window = { start, end: onGrid(start + options.length) };
    const streams = recording.streams.filter(
      (_, at) => covered(unknown[at]!(window), window) <= (1 - options.coverage) * options.length,
    );
    const touching = events(window);
    const label = touching.length > 0 ? labelOf(options.rule, touching, window) : options.background;
    const remaining = left?.(window);
    yield {
      ...{ ...window, streams },
      ...(label !== undefined && { label }),
      ...(remaining !== undefined && { remaining: onGrid(remaining) }),
    };
  }
}

/** Times of which a stream's recording says that nothing is known. */
function unknownIn({ gaps, known, lost, events }: RecordedStream): Span[] {
  const ends = Number.POSITIVE_INFINITY;
  if (events === gaps.length) return [{ start: 0, end: ends }];
  return [
    ...gaps.map(({ time: [start, end] }) => ({ start, end })),
    ...(known
      ? [
          { start: 0, end: known[0] },
          { start: known[1], end: ends },
        ]
      : []),
    ...(lost ? [{ start: lost.time, end: ends }] : []),
  ];
}

function onGrid(seconds: number): number {
  return Math.round(seconds * MICROSECONDS) / MICROSECONDS;
}
