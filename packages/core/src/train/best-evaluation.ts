import type { Measured } from '@modalkit/contract';
import { measuredAs } from './moments.js';
import type { TrainOptions } from './train-options.js';

/** Where in a run folder checkpoints of best evaluations are. */
export const BEST_FOLDER = 'best';

/** The best evaluation of a run so far, kept in its checkpoints. */
export interface BestEvaluation {
  readonly value: number;
  readonly step: number;
  /** Evaluations since then. */
  readonly waited: number;
}

/**
 * Takes note of an evaluation: `step` is that of the best one from then on.
 * @throws ModalkitError CONFIG when the metric is not measured
 */
export function noteEvaluation(
  { metric, better, margin }: NonNullable<TrainOptions['best']>,
  known: BestEvaluation | undefined,
  values: Readonly<Record<string, Measured>>,
  step: number,
): BestEvaluation {
  const { value } = measuredAs('train.best', metric, values);
  const best = known && Number.isFinite(known.value) ? known : undefined;
  const gain = best ? (better === 'higher' ? value - best.value : best.value - value) : Number.POSITIVE_INFINITY;
  if (known === undefined || gain > margin) return { value, step, waited: 0 };
  return { ...known, waited: known.waited + 1 };
}
