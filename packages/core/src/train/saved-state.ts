import { isModalkitError, type Json, ModalkitError } from '@modalkit/contract';
import { type LoadedCheckpoint, unpackState } from '../checkpoint/index.js';
import type { States } from '../data/index.js';
import type { BestEvaluation } from './best-evaluation.js';
import type { SpikeState } from './loss-spike.js';

/** State that `state.json` of a checkpoint holds. */
export interface SavedState {
  readonly step: number;
  readonly seed: number;
  readonly trainSeconds: number;
  readonly backend: Readonly<Record<string, string | number | boolean>>;
  readonly quarantined: Json;
  /** Moments that metrics have come to; left out while there are none. */
  readonly reached?: readonly string[];
  readonly best?: BestEvaluation;
  /** What finding spikes of the loss remembers. */
  readonly spikes?: SpikeState;
  /** Samples that fit into memory at once, where whole batches did not. */
  readonly microbatch?: number;
}

/** What the adapters had learnt when a checkpoint was made. */
export function statesOf({ documents, tensors, folder }: LoadedCheckpoint): States {
  try {
    return unpackState(documents.states!, tensors.states ?? new Map()) as States;
  } catch (error) {
    if (isModalkitError(error)) throw error;
    throw new ModalkitError(
      'CHECKPOINT',
      `${folder}: the adapters' states cannot be read; train into another folder.`,
      { folder },
      error,
    );
  }
}
