import type { StandardScores, TimeSpan } from '@modalkit/contract';

/** An input whose numbers lie elsewhere than in training, or do so no more. */
export interface Drift {
  /** Of the input: a channel, a band. */
  readonly series: string;
  /** Mean of the standard scores: 0 where the input is as in training. */
  readonly mean: number;
  /** Their deviation: 1 where the input is as in training, 0 where it does not change any more. */
  readonly deviation: number;
  readonly over: boolean;
}

/** Seconds after which a window counts 1/e. */
const MEMORY = 10;
/** Seconds that must be known before anything is said. */
const LEAST_KNOWN = 5;
/** Share of the training's deviation below which a series is taken for stuck. */
const STUCK = 1 / 30;
/** A drift is over when it is by this share within its limits. */
const WITHIN = 0.8;

interface Running {
  count: number;
  sum: number;
  squares: number;
  known: number;
  end: number;
  drifts: boolean;
}

/**
 * Compares running statistics of live input with those learnt in training: exponentially weighted mean and deviation of the
 * standard scores (Roberts 1959). Told once when the mean is `limit` deviations off, or the deviation `limit` times as large or next
 * to nothing, and once when that is over.
 */
export function driftWatch(
  limit: number,
): (input: string, scores: readonly StandardScores[], time: TimeSpan) => Drift[] {
  const all = new Map<string, Running>();
  return (input, scores, [start, end]) =>
    scores.flatMap(({ name: series, count, sum, squares }) => {
      if (count === 0) return [];
      const key = JSON.stringify([input, series]);
      const running = all.get(key) ?? { count: 0, sum: 0, squares: 0, known: 0, end: start, drifts: false };
      all.set(key, running);
      const keep = Math.exp(-Math.max(0, end - running.end) / MEMORY);
      running.count = running.count * keep + count;
      running.sum = running.sum * keep + sum;
      running.squares = running.squares * keep + squares;
      running.known = Math.min(LEAST_KNOWN, running.known + Math.max(0, end - Math.max(start, running.end)));
      running.end = Math.max(running.end, end);
      const mean = running.sum / running.count;
      const deviation = Math.sqrt(Math.max(0, running.squares / running.count - mean * mean));
      const off = Math.max(Math.abs(mean) / limit, deviation / limit, STUCK / Math.max(deviation, 1e-9));
      if (running.known < LEAST_KNOWN - 1e-6 || (running.drifts ? off > WITHIN : off < 1)) return [];
      running.drifts = !running.drifts;
      return [{ series, mean, deviation, over: !running.drifts }];
    });
}
