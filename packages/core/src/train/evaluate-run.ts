import { ModalkitError } from '@modalkit/contract';
import { contributionOf, withContribution } from '../contribution/contribution-of-run.js';
import type { EvaluationResult } from './evaluate.js';
import { evaluateSplit } from './evaluate-split.js';
import { fanOut, openData } from './open-data.js';
import { openModel } from './open-model.js';
import { writeEvaluation } from './run-files.js';
import type { RunOptions } from './run-types.js';
import { createTrainable } from './trainable.js';

/** Evaluates a run's newest good checkpoint on a split and writes evaluation.json and the search index. */
export async function evaluateRun(options: RunOptions & { readonly split?: string }): Promise<EvaluationResult> {
  const { runtime, folder, reporters = [], signal } = options;
  const split = options.split ?? runtime.config.train.evaluationSplit;
  const report = fanOut([...runtime.reporters, ...reporters]);
  const { model, step, skipped } = await openModel({
    ...options,
    notice: (message) => report({ kind: 'notice', message }),
  });
  for (const { folder: damaged, reason } of skipped)
    report({ kind: 'notice', message: `Passed over the damaged checkpoint ${damaged}: ${reason}` });
  const { contribution, split: training } = runtime.config.train;
  const splits = contribution ? [...new Set([split, training])] : [split];
  const data = await openData(runtime, { states: model.states, splits, signal, report });
  const trainable = contribution && createTrainable(model);
  try {
    if (!data.scan.splits[split]) throw new ModalkitError('DATA', `There is no split "${split}" with samples in it.`);
    const { result: measured, collected } = await evaluateSplit(model, data, split, step);
    const found = trainable && (await contributionOf(trainable, data, split));
    const result = found ? withContribution(measured, found) : measured;
    await writeEvaluation(folder, result, collected);
    report({ kind: 'evaluation', step, split, values: result.values });
    return result;
  } finally {
    await data.loader.close();
    trainable?.dispose();
    model.dispose();
  }
}
