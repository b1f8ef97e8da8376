import type { EvaluationResult } from './evaluate.js';
import type { RunOptions, TrainResult } from './run-types.js';

// What only asks a trained model imports this too, by its config: the code of training is loaded when it trains.

/**
 * Trains a project to its last step, beginning where the folder's newest good checkpoint stands.
 * @throws ModalkitError LOCKED, CHECKPOINT, DATA, BUDGET, LOSS or DISK; what was committed stays
 */
export async function train(options: RunOptions): Promise<TrainResult> {
  return (await import('./train.js')).train(options);
}

/** Evaluates a run's newest good checkpoint on a split and writes evaluation.json and the search index. */
export async function evaluateRun(options: RunOptions & { readonly split?: string }): Promise<EvaluationResult> {
  return (await import('./evaluate-run.js')).evaluateRun(options);
}
