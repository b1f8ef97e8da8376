import { constants } from 'node:os';
import { isModalkitError, ModalkitError } from '@modalkit/contract';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the quota is used up; free some space',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'permission is denied; choose a folder you may write to',
  EPERM: 'permission is denied; choose a folder you may write to',
  EIO: 'the disk reports a fault; check it or choose another folder',
  ENOTDIR: 'part of the path is a file; choose another folder',
};

/** A failed write as a sentence with the file and the errno. */
export function diskError(file: string, cause: unknown): ModalkitError {
  const code = errnoName(cause);
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new ModalkitError(
    'DISK',
    `Cannot write ${file} (${code}): ${reason}. What was saved before is untouched.`,
    { file, errno: code },
    cause,
  );
}

/** The errno's name, also of those that Node gives a number only (EDQUOT). */
export function errnoName(cause: unknown): string {
  const { errno, code } = cause as NodeJS.ErrnoException;
  const [name] = Object.entries(constants.errno).find(([, number]) => number === -(errno ?? 0)) ?? [code ?? 'unknown'];
  return name;
}

/** Runs a write and turns what it throws into a ModalkitError DISK, unless it is one. */
export async function onDisk<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw isModalkitError(cause) ? cause : diskError(file, cause);
  }
}
