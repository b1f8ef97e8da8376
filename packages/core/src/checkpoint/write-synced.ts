import { open, writeFile } from 'node:fs/promises';
import { onDisk } from './disk-error.js';

/** Writes a new file and waits until the disk has it. @throws ModalkitError DISK */
export function writeSynced(path: string, data: Uint8Array | string | AsyncIterable<string>): Promise<void> {
  return onDisk(path, async () => {
    const file = await open(path, 'wx');
    try {
      await writeFile(file, data);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Waits until the disk has the names in a folder. Windows knows no such wait. @throws ModalkitError DISK */
export function syncFolder(path: string): Promise<void> {
  return onDisk(path, async () => {
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });
}
