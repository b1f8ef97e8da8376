import type { EvaluationResult } from '../train/evaluate.js';
import type { OpenData } from '../train/open-data.js';
import type { Trainable } from '../train/trainable.js';
import { type Contribution, measureContribution } from './measure-contribution.js';

/** What each input of a run contributes, where its config asks. @param split held-out samples; the run's own when left out */
export async function contributionOf(
  trainable: Trainable,
  { loader, scan }: OpenData,
  split?: string,
): Promise<Contribution | undefined> {
  const { contribution, evaluationSplit, split: training } = trainable.model.runtime.config.train;
  if (!contribution) return undefined;
  const of = (name: string) => scan.splits[name]?.samples ?? [];
  const samples = { heldOut: of(split ?? evaluationSplit), training: of(training) };
  return measureContribution(trainable, loader, samples, contribution);
}

/** An evaluation with its contribution beside its metrics. */
export function withContribution(result: EvaluationResult, { values, figure }: Contribution): EvaluationResult {
  return { ...result, values: { ...result.values, ...values }, figures: [...result.figures, figure] };
}
