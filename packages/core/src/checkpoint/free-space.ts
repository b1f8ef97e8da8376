import { statfs } from 'node:fs/promises';
import { ModalkitError } from '@modalkit/contract';
import { onDisk } from './disk-error.js';

/**
 * Refuses before anything is written when the disk lacks twice the room, or the file entries.
 * @throws ModalkitError DISK
 */
export async function checkFreeSpace(folder: string, bytes: number, files: number): Promise<void> {
  const disk = await onDisk(folder, () => statfs(folder));
  const free = disk.bavail * disk.bsize;
  const details = { file: folder, errno: 'ENOSPC', free, needed: 2 * bytes };
  if (free < 2 * bytes) {
    throw new ModalkitError(
      'DISK',
      `Cannot save in ${folder}: ${megabytes(free)} are free and ${megabytes(2 * bytes)} needed (twice the checkpoint). ` +
        'Free some space; what was saved before is untouched.',
      details,
    );
  }
  if (disk.files > 0 && disk.ffree < files) {
    throw new ModalkitError(
      'DISK',
      `Cannot save in ${folder}: the disk has room for ${disk.ffree} more files and ${files} are needed. ` +
        'Delete some; what was saved before is untouched.',
      details,
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
