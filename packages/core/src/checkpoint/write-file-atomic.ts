import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { onDisk } from './disk-error.js';
import { syncFolder, writeSynced } from './write-synced.js';

/**
 * Writes a file so that a reader finds the old content or the new, never a part: aside, synced, renamed.
 * @param data whole, or piece by piece
 * @throws ModalkitError DISK, and what the pieces throw; the old content is then untouched
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string | AsyncIterable<string>): Promise<void> {
  const target = resolve(path);
  const aside = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    await writeSynced(aside, data);
    await onDisk(target, () => rename(aside, target));
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw cause;
  }
  await syncFolder(dirname(target));
}
