import type { SweepOptions } from './sweep-options.js';

/** One round of a sweep: so many runs, each trained for so many steps. */
export interface SweepRound {
  readonly runs: number;
  readonly steps: number;
}

/**
 * The rounds of a sweep. Successive halving: each has 1 / `keep` times the steps of the one before and `keep` of its runs, rounded up;
 * the last has the steps of a whole run. All else has one round.
 */
export function sweepRounds(options: SweepOptions, runs: number, whole: number): readonly SweepRound[] {
  if (options.kind !== 'halving' || options.steps >= whole) return [{ runs, steps: whole }];
  const rounds: SweepRound[] = [];
  let [left, steps] = [runs, options.steps];
  while (steps < whole) {
    rounds.push({ runs: left, steps });
    left = Math.max(1, Math.ceil(left * options.keep));
    steps = Math.round(steps / options.keep);
  }
  return [...rounds, { runs: left, steps: whole }];
}
