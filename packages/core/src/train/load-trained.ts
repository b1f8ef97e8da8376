import { join } from 'node:path';
import { type HostArray, ModalkitError } from '@modalkit/contract';
import { type LoadedCheckpoint, openCheckpoints } from '../checkpoint/index.js';
import type { States } from '../data/index.js';
import { BEST_FOLDER } from './best-evaluation.js';
import type { ComposedPlugins } from './check-checkpoint.js';
import { mergeLowRank } from './low-rank.js';
import { type SavedState, statesOf } from './saved-state.js';

/** What a run has learnt. */
export interface Trained {
  /** By name; averaged ones where the run has them, and what was adapted merged. */
  readonly weights: ReadonlyMap<string, HostArray>;
  readonly states: States;
  readonly step: number;
  /** The checkpoint's. */
  readonly folder: string;
  /** Newer checkpoints that were damaged. */
  readonly skipped: LoadedCheckpoint['skipped'];
}

/**
 * Reads a run's newest good checkpoint, or that of its best evaluation where it keeps it.
 * @param check given the plugins that it was composed of
 * @throws ModalkitError USAGE when there is none
 */
export async function loadTrained(
  folder: string,
  check: (plugins: ComposedPlugins) => void = () => undefined,
): Promise<Trained> {
  const checkpoints = await openCheckpoints(join(folder, 'checkpoints'), { keep: 2 });
  const newest = await checkpoints.latest();
  if (!newest)
    throw new ModalkitError('USAGE', `${folder}: there is no checkpoint; train first, or name a run with --run.`, {
      folder,
    });
  check((newest.documents.plugins ?? []) as unknown as ComposedPlugins);
  const { tensors, step, skipped, folder: chosen } = await bestOf(newest, folder);
  const weights = new Map(tensors.weights);
  for (const [name, value] of tensors.optimiser ?? []) {
    if (name.startsWith('average/')) weights.set(name.slice('average/'.length), value);
  }
  return { weights: mergeLowRank(weights), states: statesOf(newest), step, skipped, folder: chosen };
}

/** The checkpoint of the best evaluation where the run keeps it, else the newest. */
async function bestOf(newest: LoadedCheckpoint, folder: string): Promise<LoadedCheckpoint> {
  const { best } = newest.documents.state as unknown as SavedState;
  if (!best || best.step === newest.step) return newest;
  const kept = await openCheckpoints(join(folder, BEST_FOLDER), { keep: 2 });
  try {
    return { ...(await kept.load(best.step)), skipped: newest.skipped };
  } catch (error) {
    const damaged = { folder: join(kept.folder, `step ${best.step}`), reason: (error as Error).message };
    return { ...newest, skipped: [...newest.skipped, damaged] };
  }
}
