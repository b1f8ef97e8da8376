import type { HostBatch } from '../data/index.js';
import { blameLoss } from './blame-loss.js';
import { blameValue } from './blame-value.js';
import type { Model } from './model.js';
import type { StepBatch } from './step-batch.js';
import type { Trainable } from './trainable.js';

/** Whose value it was that is not finite. */
export interface Blame {
  /** `loss/<objective>/<term>`, where a loss is not finite. */
  readonly term?: string;
  /** The plugin's hook, the plugin, and where the config uses it. */
  readonly by?: string;
  /** By name in the config. */
  readonly objective?: string;
  readonly inputs: readonly string[];
  /** Ids. */
  readonly samples: readonly string[];
}

/** Where in the model a value is no longer finite, or too large to be squared. */
export interface Suspect {
  readonly by: string;
  readonly objective?: string;
  readonly inputs?: readonly string[];
  /** Numbers of rows in the batch. */
  readonly rows: readonly number[];
}

/**
 * Goes through the batches of a step once more, operation by operation and a few rows at a time, and names whose value is the first
 * that is not finite: an adapter's, the fusion's, a head's, an objective's, or a gradient on its way back.
 * @param measured of the step
 */
export function findBlame(
  trainable: Trainable,
  measured: Readonly<Record<string, number>>,
  draws: readonly { readonly batch: HostBatch }[],
  batches: readonly StepBatch[],
): Blame {
  const { model } = trainable;
  const suspects = suspectsOf(trainable, batches);
  const first = suspects.find((suspect) => suspect !== undefined);
  const term = Object.keys(measured).find((name) => name.startsWith('loss/') && !Number.isFinite(measured[name]));
  const objective = first?.objective ?? term?.split('/')[1];
  const idsOf = (index: number, rows?: readonly number[]) => {
    const { ids } = draws[index]!.batch;
    return (rows ? rows.map((row) => ids[row]!) : ids).filter((id) => id !== '');
  };
  return {
    term,
    by: first?.by ?? (objective && `terms of ${model.runtime.objectives[objective]!.id} (objectives/${objective})`),
    objective,
    inputs: first?.inputs ?? inputsOf(model, objective),
    samples: batches.flatMap((_, index) => idsOf(index, first && (suspects[index]?.rows ?? []))),
  };
}

/** One for each batch; of the earliest place where there is any. */
function suspectsOf(trainable: Trainable, batches: readonly StepBatch[]): readonly (Suspect | undefined)[] {
  for (const look of [blameValue, blameLoss]) {
    const found = batches.map((batch) => look(trainable, batch));
    if (found.some((suspect) => suspect !== undefined)) return found;
  }
  return [];
}

/** The inputs that an objective reads, by itself or by its heads; all of them where it doesn't say. */
function inputsOf({ runtime }: Model, name: string | undefined): readonly string[] {
  const { inputs, heads = [] } = runtime.objectives[name ?? ''] ?? {};
  const read = inputs ?? heads.flatMap((head) => runtime.heads[head]?.inputs ?? []);
  return read.length > 0 ? [...new Set(read)] : runtime.inputNames;
}
