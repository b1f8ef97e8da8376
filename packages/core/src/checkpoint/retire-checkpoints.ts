import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckpointEntry } from './checkpoint.js';
import { stepFolder } from './checkpoint-names.js';
import { onDisk } from './disk-error.js';
import { verifyCheckpoint } from './load-checkpoint.js';
import { syncFolder } from './write-synced.js';

/**
 * Deletes checkpoints older than the newest `keep` sound ones, never the one just saved.
 * @param entries ascending by step
 * @param verified folders this process has read back already; grows
 */
export async function retireCheckpoints(
  entries: readonly CheckpointEntry[],
  keep: number,
  saved: string,
  verified: Set<string>,
): Promise<void> {
  let sound = 0;
  for (const { step, folder } of [...entries].reverse()) {
    if (sound >= keep && folder !== saved) await remove(folder, step);
    else if (verified.has(folder) || (await isSound(folder, step))) {
      verified.add(folder);
      sound++;
    }
  }
}

async function isSound(folder: string, step: number): Promise<boolean> {
  return verifyCheckpoint(folder, step).then(
    () => true,
    () => false,
  );
}

/** Renames first, so that a deletion cut short is never seen as a checkpoint. */
async function remove(folder: string, step: number): Promise<void> {
  const aside = join(dirname(folder), `.tmp-${stepFolder(step)}-retired`);
  await onDisk(folder, () => rename(folder, aside));
  await syncFolder(dirname(folder));
  await onDisk(aside, () => rm(aside, { recursive: true, force: true }));
}
