import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Json, ModalkitError } from '@modalkit/contract';
import type { CheckpointContent, CheckpointEntry, LoadedCheckpoint } from './checkpoint.js';
import { checkpointError } from './checkpoint-error.js';
import { stepOfFolder } from './checkpoint-names.js';
import { errnoName } from './disk-error.js';
import { loadCheckpoint, loadDocument, verifyCheckpoint } from './load-checkpoint.js';
import type { FolderLock } from './lock-folder.js';
import { retireCheckpoints } from './retire-checkpoints.js';
import { saveCheckpoint } from './save-checkpoint.js';
import { sweepFolder } from './sweep-folder.js';

export interface CheckpointsOptions {
  /** How many sound checkpoints to keep, at least 2. */
  readonly keep: number;
  /** The run's hold on its folder: saving is refused once another run has it. Only a holder clears leftovers. */
  readonly lock?: FolderLock;
}

/** The checkpoints of one run: `<folder>/step-00000123/{weights.safetensors,…,state.json,…,manifest.json}`. */
export interface Checkpoints {
  readonly folder: string;
  /**
   * Commits a checkpoint, reads it back, then deletes the oldest beyond `keep`. Returns its folder.
   * @throws ModalkitError DISK when it cannot be written, LOCKED when another run has taken the folder
   */
  save(step: number, content: CheckpointContent): Promise<string>;
  /**
   * The newest sound checkpoint, with what was passed over; undefined when there is none at all.
   * @throws ModalkitError CHECKPOINT when there are some and none is sound
   */
  latest(): Promise<LoadedCheckpoint | undefined>;
  /** @throws ModalkitError CHECKPOINT naming the file and what is wrong */
  load(step: number): Promise<LoadedCheckpoint>;
  /** Ascending by step; not checked. */
  list(): Promise<readonly CheckpointEntry[]>;
  /** One checked document of a checkpoint, without its tensors. @throws ModalkitError CHECKPOINT */
  readDocument(step: number, name: string): Promise<Json>;
}

/** Opens a folder of checkpoints, which need not exist yet. Leftovers of an interrupted save are cleared. */
export async function openCheckpoints(folder: string, options: CheckpointsOptions): Promise<Checkpoints> {
  const { keep, lock } = options;
  if (!Number.isSafeInteger(keep) || keep < 2) {
    throw new ModalkitError('CONFIG', `At least 2 checkpoints must be kept, not ${keep}: set keep to 2 or more.`);
  }
  const path = resolve(folder);
  const verified = new Set<string>();
  const check = async () => lock?.check();
  const list = () => listCheckpoints(path);
  if (lock) await sweepFolder(path);
  return {
    folder: path,
    list,
    load: async (step) => ({ ...(await loadCheckpoint(path, step)), skipped: [] }),
    latest: async () => loadLatest(path, await list()),
    readDocument: (step, name) => loadDocument(path, step, name),
    save: async (step, content) => {
      await check();
      const saved = await saveCheckpoint(path, step, content, String(lock?.token ?? `p${process.pid}`), check);
      verified.delete(saved);
      await verifyCheckpoint(saved, step);
      await check();
      await retireCheckpoints(await list(), keep, saved, verified.add(saved));
      return saved;
    },
  };
}

async function listCheckpoints(folder: string): Promise<CheckpointEntry[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw checkpointError(folder, `cannot be listed (${errnoName(cause)})`, cause);
  });
  return names
    .map((name) => ({ step: stepOfFolder(name), folder: join(folder, name) }))
    .filter((entry): entry is CheckpointEntry => entry.step !== undefined)
    .sort((a, b) => a.step - b.step);
}

async function loadLatest(parent: string, entries: readonly CheckpointEntry[]): Promise<LoadedCheckpoint | undefined> {
  const skipped: { folder: string; reason: string }[] = [];
  for (const { step, folder } of [...entries].reverse()) {
    try {
      return { ...(await loadCheckpoint(parent, step)), skipped };
    } catch (cause) {
      skipped.push({ folder, reason: (cause as Error).message });
    }
  }
  if (skipped.length === 0) return undefined;
  throw new ModalkitError(
    'CHECKPOINT',
    `None of the ${skipped.length} checkpoints in ${parent} is sound; the newest: ${skipped[0]!.reason}`,
    { folder: parent, skipped },
  );
}
