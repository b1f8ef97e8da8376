import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { onDisk } from './disk-error.js';
import { type LockOwner, lockPath, lockRoot, lockTokens, ownerFile, readLock } from './lock-record.js';
import { mayBeRunning, thisProcess } from './running-process.js';

/** A run's hold on its folder. */
export interface FolderLock {
  readonly folder: string;
  /** Grows each time the folder is locked: what an older holder writes can be told from what a newer one does. */
  readonly token: number;
  /** @throws ModalkitError LOCKED when another run has taken the folder since. */
  check(): Promise<void>;
  /** Gives the folder free. */
  release(): Promise<void>;
}

/** How often a holder looks whether it still is one. */
const WATCH_MILLISECONDS = 5000;

/**
 * One run per folder. Takes over from a process that has ended (same host: process id, its start time and the boot).
 * @param options.onLost called once when another run has taken the folder although this one goes on
 * @throws ModalkitError LOCKED with process, host and since when; DISK when the folder cannot be written
 */
export async function lockFolder(
  folder: string,
  options: { readonly onLost?: (error: ModalkitError) => void } = {},
): Promise<FolderLock> {
  const path = resolve(folder);
  const owner: LockOwner = { ...thisProcess(), since: new Date().toISOString(), nonce: randomUUID() };
  await onDisk(path, () => mkdir(lockRoot(path), { recursive: true }));
  const token = await claim(path, owner);
  await removeOlder(path, token);
  return holdLock(path, token, owner, options.onLost);
}

/** Claims the next token: renaming a folder onto one that isn't empty fails, so one claimant alone gets each token. */
async function claim(folder: string, owner: LockOwner): Promise<number> {
  for (;;) {
    const { token, owner: holder } = await readLock(folder);
    if (holder && (holder === 'unreadable' || mayBeRunning(holder))) throw lockedError(folder, token, holder);
    if (!(await claimToken(folder, token + 1, owner))) continue;
    if ((await lockTokens(folder)).at(-1) === token + 1) return token + 1;
    await rm(lockPath(folder, token + 1), { recursive: true, force: true });
  }
}

async function claimToken(folder: string, token: number, owner: LockOwner): Promise<boolean> {
  const aside = join(lockRoot(folder), `claim-${owner.nonce}`);
  try {
    await mkdir(aside, { recursive: true });
    await writeFile(join(aside, 'owner.json'), JSON.stringify(owner));
    await rename(aside, lockPath(folder, token));
    return true;
  } catch (cause) {
    await rm(aside, { recursive: true, force: true });
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const taken =
      ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code) || (code === 'EPERM' && process.platform === 'win32');
    if (taken) return false;
    return onDisk(aside, () => Promise.reject(cause));
  }
}

/** Only the holder of a higher token removes lower ones, so a token is never given out twice. */
async function removeOlder(folder: string, token: number): Promise<void> {
  for (const name of await readdir(lockRoot(folder))) {
    const older = name.startsWith('claim-') || Number(name) < token;
    if (older) await rm(join(lockRoot(folder), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function holdLock(
  folder: string,
  token: number,
  owner: LockOwner,
  onLost: ((error: ModalkitError) => void) | undefined,
): FolderLock {
  const check = async () => {
    const now = await readLock(folder);
    const held = now.owner !== undefined && now.owner !== 'unreadable' && now.owner.nonce === owner.nonce;
    if (!held) throw lostError(folder, token, now.token);
  };
  const watch = setInterval(async () => {
    const error = await check().then(
      () => undefined,
      (cause: ModalkitError) => cause,
    );
    if (!error) return;
    clearInterval(watch);
    onLost?.(error);
  }, WATCH_MILLISECONDS).unref();
  const release = async () => {
    clearInterval(watch);
    const lost = await check().catch(() => true);
    if (!lost) await onDisk(folder, () => rm(ownerFile(folder, token), { force: true }));
  };
  return { folder, token, check, release };
}

function lockedError(folder: string, token: number, owner: LockOwner | 'unreadable'): ModalkitError {
  const file = ownerFile(folder, token);
  if (owner === 'unreadable') {
    return new ModalkitError(
      'LOCKED',
      `${file} cannot be read, so another run may own ${folder}. If none does, delete it.`,
      { folder, file },
    );
  }
  const who = `process ${owner.pid} on ${owner.host} since ${owner.since}`;
  const advice = `Wait for it, stop it or choose another folder; if that run has ended, delete ${file}.`;
  return new ModalkitError('LOCKED', `Another run owns ${folder}: ${who}. ${advice}`, { folder, file, ...owner });
}

function lostError(folder: string, token: number, newer: number): ModalkitError {
  return new ModalkitError(
    'LOCKED',
    `This run no longer owns ${folder} (its lock ${token}, now ${newer}): another run took it over. Nothing more is saved here; start again in another folder or after the other run.`,
    { folder, token, newer },
  );
}
