import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import { hashConfined } from './read-confined.js';

/** Bytes from which a file's hash is remembered. */
const LARGE = 1024 * 1024;
const MOST = 4096;

/**
 * Hashes of the files that samples name, with the content of small ones. A large file that thousands of samples name a stretch
 * of is hashed once, while it stays the same.
 * @param root absolute folder that samples' paths are taken from
 * @param limit largest size in bytes
 */
export function fileHashes(root: string, limit: number): (path: string) => { hash: string; bytes?: Uint8Array } {
  const known = new LRUCache<string, string>({ max: MOST });
  return (path) => {
    const stamp = stampOf(resolve(root, path));
    const before = stamp && known.get(`${stamp}:${path}`);
    if (before) return { hash: before };
    const found = hashConfined(root, path, limit);
    if (stamp) known.set(`${stamp}:${path}`, found.hash);
    return found;
  };
}

/** Undefined for a small file and one that is not there. */
function stampOf(path: string): string | undefined {
  try {
    const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    return size >= LARGE ? `${size}:${mtimeNs}:${ctimeNs}:${ino}` : undefined;
  } catch {
    return undefined;
  }
}
