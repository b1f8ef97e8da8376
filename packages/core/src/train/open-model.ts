import type { Backend } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { checkComposition } from './check-checkpoint.js';
import { loadTrained } from './load-trained.js';
import { withoutLowRank } from './low-rank.js';
import { createModel, type Model } from './model.js';

export interface OpenModelOptions {
  readonly runtime: Runtime;
  readonly backend: Backend;
  /** Run folder. */
  readonly folder: string;
  /** Told why something isn't captured. */
  notice?(sentence: string): void;
}

/** A model with the weights of a checkpoint. */
export interface OpenModel {
  readonly model: Model;
  /** Of the checkpoint. */
  readonly step: number;
  /** Folders of newer checkpoints that were damaged, and why. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
}

/** The model of a run's newest good checkpoint: its averaged weights where it has some. */
export async function openModel({ runtime, backend, folder, notice }: OpenModelOptions): Promise<OpenModel> {
  const { weights, states, step, skipped, ...trained } = await loadTrained(folder, (plugins) =>
    checkComposition(runtime.plugins, plugins, folder),
  );
  const saved = { weights, folder: trained.folder };
  const model = createModel(withoutLowRank(runtime), backend, states, saved, notice);
  return { model, step, skipped };
}
