import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isModalkitError, ModalkitError } from '@modalkit/contract';
import lockfile from 'proper-lockfile';
import type { InstallPart, PartContext } from './install-part.js';
import { makeFolder } from './make-folder.js';
import { type Ready, readReady, sealFolder } from './seal-folder.js';

const TEMPORARY = '.partial-';
const STALE_MS = 10_000;

export interface Installation {
  readonly folder: string;
  readonly ready: Ready;
  /** It was there already. */
  readonly reused: boolean;
}

/**
 * Makes the folder `target` of its parts, whole or not at all: written aside, synced, renamed. A second process that wants
 * the same folder waits for the first; what a killed one left behind is removed.
 * @throws ModalkitError BACKEND, one sentence
 */
export async function installFolder(
  target: string,
  parts: readonly InstallPart[],
  needBytes: number,
  context: PartContext = {},
): Promise<Installation> {
  const there = await readReady(target);
  if (there) return { folder: target, ready: there, reused: true };
  const parent = dirname(target);
  let release: (() => Promise<void>) | undefined;
  try {
    await makeFolder(parent);
    release = await lockfile.lock(parent, {
      realpath: false,
      stale: STALE_MS,
      update: STALE_MS / 4,
      retries: { forever: true, minTimeout: 100, maxTimeout: 500 },
      onCompromised: () => undefined, // a rename decides who wins, the lock only spares the work
    });
    const meanwhile = await readReady(target);
    if (meanwhile) return { folder: target, ready: meanwhile, reused: true };
    return { folder: target, ready: await build(target, parts, needBytes, context), reused: false };
  } catch (error) {
    throw asSentence(error, parent, needBytes);
  } finally {
    await release?.().catch(() => undefined);
  }
}

async function build(
  target: string,
  parts: readonly InstallPart[],
  needBytes: number,
  context: PartContext,
): Promise<Ready> {
  const parent = dirname(target);
  await sweep(parent, basename(target));
  await checkSpace(parent, needBytes);
  const folder = await mkdtemp(join(parent, TEMPORARY));
  try {
    const said: Record<string, string> = {};
    for (const part of parts) {
      context.signal?.throwIfAborted();
      Object.assign(said, await part(folder, context));
    }
    return await sealFolder(folder, target, said, context.signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what earlier attempts left: their temporary folders, and a `target` that is not whole. */
async function sweep(parent: string, target: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(TEMPORARY) || name === target) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function checkSpace(folder: string, needBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needBytes) throw Object.assign(new Error('not enough space'), { code: 'ENOSPC' });
}

function asSentence(error: unknown, folder: string, needBytes: number): unknown {
  if (isModalkitError(error) || (error as Error)?.name === 'AbortError') return error;
  const code = (error as NodeJS.ErrnoException)?.code;
  const megabytes = Math.ceil(needBytes / 1e6);
  const sentences: Record<string, string> = {
    ENOSPC: `the disk of ${folder} is full: the installation needs ${megabytes} MB; free some, or set MODALKIT_CACHE to a folder on another disk.`,
    EACCES: `${folder} cannot be written (permission denied); set MODALKIT_CACHE to a folder of yours.`,
    ENOENT: `${folder} cannot be made; set MODALKIT_CACHE to a folder of yours.`,
    EROFS: `${folder} cannot be written (read-only); set MODALKIT_CACHE to a folder of yours.`,
  };
  const sentence = sentences[code ?? ''] ?? `installing into ${folder} failed (${(error as Error)?.message ?? error}).`;
  return new ModalkitError('BACKEND', `native backend: ${sentence}`, { reason: code ?? 'install', folder }, error);
}
