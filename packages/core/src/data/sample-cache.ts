import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize } from 'node:v8';
import { threadId } from 'node:worker_threads';
import { digestBytes } from './digest.js';

/** Bytes on disk by key. */
export interface SampleCache {
  /** The stored value and its size, or undefined: an absent or damaged entry is a miss. */
  get(key: string): { readonly value: unknown; readonly bytes: number } | undefined;
  /** @param payload what `v8.serialize` made of the value */
  put(key: string, payload: Uint8Array): void;
}

const HASH = 64;

/**
 * A content-addressed cache: one file an entry, `<first two digits>/<key>`, holding the payload's sha256 and the payload.
 * Entries are written aside and renamed. When the folder cannot be written, one notice, and the run goes on without.
 * @param folder absolute, or false for no cache
 */
export function openSampleCache(folder: string | false, notice: (message: string) => void): SampleCache {
  if (folder === false) return { get: () => undefined, put: () => {} };
  let writable = true;
  let written = 0;
  const place = (key: string): string => join(folder, key.slice(0, 2), key);
  return {
    get: (key) => readEntry(place(key)),
    put(key, payload) {
      if (!writable) return;
      const path = place(key);
      const aside = `${path}.${process.pid}-${threadId}-${written++}`;
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(aside, Buffer.concat([Buffer.from(digestBytes(payload), 'latin1'), payload]), { flag: 'wx' });
        renameSync(aside, path);
      } catch (error) {
        writable = false;
        removeQuietly(aside);
        notice(
          `Cache folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code ?? error}): the run goes on without it; free space or set data.cache.`,
        );
      }
    },
  };
}

function readEntry(path: string): { value: unknown; bytes: number } | undefined {
  try {
    const file = readFileSync(path);
    const payload = file.subarray(HASH);
    if (digestBytes(payload) !== file.toString('latin1', 0, HASH)) return undefined;
    return { value: deserialize(payload), bytes: payload.length };
  } catch {
    return undefined;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the folder is unusable: the notice says so
  }
}
