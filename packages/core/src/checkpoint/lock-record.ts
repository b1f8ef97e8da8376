import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { z } from 'zod';
import type { ProcessIdentity } from './running-process.js';

/** Who holds a folder, as its lock says. */
export interface LockOwner extends ProcessIdentity {
  /** ISO 8601. */
  readonly since: string;
  /** Unique for each time a folder is locked. */
  readonly nonce: string;
}

/** The newest lock of a folder: an owner, one that cannot be read, or none (released). */
export interface LockRecord {
  readonly token: number;
  readonly owner: LockOwner | 'unreadable' | undefined;
}

const ownerSchema = z.strictObject({
  pid: z.int().positive(),
  host: z.string(),
  boot: z.string(),
  start: z.string(),
  since: z.string(),
  nonce: z.string(),
});

/** `.lock` holds one folder per token, the highest counts; `owner.json` in it says who holds it, if anybody. */
export const lockRoot = (folder: string): string => join(folder, '.lock');
export const lockPath = (folder: string, token: number): string =>
  join(lockRoot(folder), String(token).padStart(8, '0'));
export const ownerFile = (folder: string, token: number): string => join(lockPath(folder, token), 'owner.json');

/** Tokens ever given out that are still there, ascending. */
export async function lockTokens(folder: string): Promise<number[]> {
  const names = await readdir(lockRoot(folder)).catch(unlessMissing<string[]>([]));
  return names
    .filter((name) => /^[0-9]{8,15}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The newest lock of a folder; token 0 when it was never locked. */
export async function readLock(folder: string): Promise<LockRecord> {
  const token = (await lockTokens(folder)).at(-1) ?? 0;
  const file = ownerFile(folder, token);
  const stat = await lstat(file).catch(unlessMissing(undefined));
  if (!stat) return { token, owner: undefined };
  if (!stat.isFile() || stat.size > 4096) return { token, owner: 'unreadable' };
  const written = await readFile(file, 'utf8').catch(unlessMissing(''));
  return { token, owner: written === '' ? undefined : parseOwner(written) };
}

function parseOwner(written: string): LockOwner | 'unreadable' {
  try {
    return ownerSchema.parse(JSON.parse(written));
  } catch {
    return 'unreadable';
  }
}

function unlessMissing<T>(value: T): (cause: NodeJS.ErrnoException) => T {
  return (cause) => {
    if (cause.code === 'ENOENT') return value;
    throw new ModalkitError('LOCKED', `Cannot tell whether another run owns the folder: ${cause.message}.`, {}, cause);
  };
}
