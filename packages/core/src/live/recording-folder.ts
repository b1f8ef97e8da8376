import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { onDisk } from '../checkpoint/disk-error.js';

/** Room kept so that a full disk can still be told in `recording.json`. */
const RESERVE_BYTES = 64 * 1024;
const RESERVE = '.reserve';

/** The folder of a recording under way. */
export interface RecordingFolder {
  readonly path: string;
  /** Gives the kept room back to the disk. */
  release(): Promise<void>;
  /** Removes a recording that holds nothing, so that the same command can be given again. */
  discard(files: readonly string[]): Promise<void>;
}

/** Makes an empty folder. @throws ModalkitError USAGE when it holds something, DISK when it cannot be written */
export async function makeRecordingFolder(path: string): Promise<RecordingFolder> {
  const present = await readdir(path).catch(() => undefined);
  if (present && present.length > 0)
    throw new ModalkitError(
      'USAGE',
      `${path}: the folder is not empty (${present.slice(0, 3).join(', ')}); name an empty or new one.`,
      { path },
    );
  const reserve = join(path, RESERVE);
  await onDisk(path, async () => {
    await mkdir(path, { recursive: true });
    const file = await open(reserve, 'wx');
    try {
      await file.writeFile(new Uint8Array(RESERVE_BYTES));
    } finally {
      await file.close();
    }
  }).catch(async (error) => {
    await rm(reserve, { force: true }).catch(() => undefined);
    throw error;
  });
  return {
    path,
    release: () => rm(reserve, { force: true }),
    discard: async (files) => {
      // A recorder may keep further files beside its own, named after it.
      const ours = (name: string) => [RESERVE, 'recording.json', ...files].some((file) => name.startsWith(file));
      const names = (await readdir(path)).filter(ours);
      await Promise.all(names.map((name) => rm(join(path, name), { force: true })));
      if (!present) await rmdir(path).catch(() => undefined);
    },
  };
}
