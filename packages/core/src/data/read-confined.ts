import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, win32 } from 'node:path';
import { ModalkitError } from '@modalkit/contract';

/**
 * Reads a regular file inside `root`. Never follows a link out of it and never blocks on a pipe or device.
 * @param root absolute folder
 * @param path relative to `root`
 * @param limit largest size in bytes
 * @throws ModalkitError SAMPLE, with `details.file`, when it is missing, empty, too large, not permitted, no regular file or outside
 */
export function readConfined(root: string, path: string, limit: number): Uint8Array {
  return withConfined(root, path, limit, (file, size) => {
    const bytes = new Uint8Array(size);
    const length = readInto(file, bytes, 0);
    return length === size ? bytes : bytes.subarray(0, length);
  });
}

/** Absolute real path of a regular file inside `root` that may be read; refused as by `readConfined`. */
export function locateConfined(root: string, path: string, limit: number): string {
  return withConfined(root, path, limit, (_file, _size, real) => real);
}

/** Files up to this size are kept whole when they are hashed: what is prepared is then what was hashed. */
const KEPT = 16 * 1024 * 1024;
const PIECE = 1024 * 1024;

/** sha256 of a file's content, with the content when it is small; a larger one is read piece by piece. Refused as by `readConfined`. */
export function hashConfined(root: string, path: string, limit: number): { hash: string; bytes?: Uint8Array } {
  return withConfined(root, path, limit, (file, size) => {
    const hash = createHash('sha256');
    const piece = new Uint8Array(size <= KEPT ? size : PIECE);
    let at = 0;
    for (let count = readInto(file, piece, 0); count > 0; count = readInto(file, piece, at)) {
      hash.update(piece.subarray(0, count));
      at += count;
      if (size <= KEPT) break;
    }
    return { hash: hash.digest('hex'), ...(size <= KEPT && { bytes: piece.subarray(0, at) }) };
  });
}

/** Opens a regular file inside `root` and closes it again. */
function withConfined<T>(
  root: string,
  path: string,
  limit: number,
  use: (file: number, size: number, real: string) => T,
): T {
  const real = confine(root, path);
  try {
    if (!lstatSync(real).isFile()) throw refusal(path, 'is not a regular file; name a file with the sample in it');
    const file = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    try {
      return use(file, checkedSize(file, path, limit), real);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw explain(path, error);
  }
}

function checkedSize(file: number, path: string, limit: number): number {
  const state = fstatSync(file);
  if (!state.isFile()) throw refusal(path, 'is not a regular file; name a file with the sample in it');
  if (state.size === 0) throw refusal(path, 'is empty (0 bytes); write it again or take its sample out');
  if (state.size > limit)
    throw refusal(path, `has ${state.size} bytes, more than the limit of ${limit}; raise data.fileLimit or shrink it`);
  return state.size;
}

/** Fills `bytes` from `position` of the file on; the number of bytes there were. */
function readInto(file: number, bytes: Uint8Array, position: number): number {
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(file, bytes, length, bytes.length - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** The real path of a file inside `root`. */
export function confine(root: string, path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw refusal(String(path).replaceAll('\0', '\\0'), 'is no file name; give a path relative to the data folder');
  if (isAbsolute(path) || win32.isAbsolute(path) || path.split(/[\\/]/).includes('..'))
    throw refusal(path, 'leads outside the data folder; give a path relative to it, without ".."');
  try {
    const base = realpathSync.native(root);
    const real = realpathSync.native(resolve(base, path));
    const inside = relative(base, real);
    if (isAbsolute(inside) || inside.split(/[\\/]/)[0] === '..')
      throw refusal(path, 'is a link that leads outside the data folder; copy the file into it');
    return real;
  } catch (error) {
    throw explain(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing; put it there or take its sample out',
  ENOTDIR: 'is missing: a part of its path is a file; correct the path',
  EACCES: 'may not be read (permission denied); make it readable',
  EPERM: 'may not be read (permission denied); make it readable',
  ELOOP: 'is a link that leads to itself; replace it by the file',
  EISDIR: 'is a folder; name a file',
  ENAMETOOLONG: 'has too long a name; shorten it',
};

function explain(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof ModalkitError || code === undefined) return error;
  return refusal(path, REASONS[code] ?? `cannot be read (${code}); check the disk`, error);
}

function refusal(path: string, reason: string, cause?: unknown): ModalkitError {
  return new ModalkitError(
    'SAMPLE',
    `File ${JSON.stringify(path)} ${reason}.`,
    { file: path, stage: 'read', reason },
    cause,
  );
}
