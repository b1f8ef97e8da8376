import type { HostBatch } from '../data/index.js';
import { type Collected, collect, type EvaluationResult, measure } from './evaluate.js';
import type { Model } from './model.js';
import type { OpenData } from './open-data.js';

/** Batches that are worth the recording of a graph. */
const LEAST_CAPTURED = 8;

/** Runs the model over a split, in the order of its samples, and measures the project's metrics. */
export async function evaluateSplit(
  model: Model,
  data: OpenData,
  split: string,
  step: number,
  microbatch = model.runtime.config.train.microbatch,
): Promise<{ result: EvaluationResult; collected: Collected }> {
  const scanned = data.scan.splits[split]!;
  const plan = data.loader.plan(scanned, { training: false, most: microbatch });
  const stream = data.loader.batches(scanned, plan, { from: 0, to: plan.stepsPerEpoch, training: false });
  async function* withRows(): AsyncGenerator<HostBatch & { readonly rows: readonly number[] }> {
    for await (const { step: index, batch } of stream) yield { ...batch, rows: plan.drawBatch(index).rows };
  }
  const collected = await collect(model, scanned.samples, withRows(), plan.stepsPerEpoch >= LEAST_CAPTURED);
  return { result: await measure(model, collected, data.dataset.root, step, split), collected };
}
