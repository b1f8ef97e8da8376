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
  const real = confine(root, path);
  try {
    if (!lstatSync(real).isFile()) throw refusal(path, 'is not a regular file; name a file with the sample in it');
    const file = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    try {
      return readOpen(file, path, limit);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw explain(path, error);
  }
}

function readOpen(file: number, path: string, limit: number): Uint8Array {
  const state = fstatSync(file);
  if (!state.isFile()) throw refusal(path, 'is not a regular file; name a file with the sample in it');
  if (state.size === 0) throw refusal(path, 'is empty (0 bytes); write it again or take its sample out');
  if (state.size > limit)
    throw refusal(path, `has ${state.size} bytes, more than the limit of ${limit}; raise data.fileLimit or shrink it`);
  const bytes = new Uint8Array(state.size);
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(file, bytes, length, bytes.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return length === bytes.length ? bytes : bytes.subarray(0, length);
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
  return new ModalkitError('SAMPLE', `File ${JSON.stringify(path)} ${reason}.`, { file: path, stage: 'read' }, cause);
}
