import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { quote } from './package-name.js';
import { UsageError } from './usage-error.js';

const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const SEGMENT = /^[\p{L}\p{N}_@](?:[\p{L}\p{N}\p{M} ._@+-]*[\p{L}\p{N}\p{M}_@+-])?$/u;

/**
 * The absolute path of a folder that is new or empty, and is the current folder or below it, links followed.
 * @throws UsageError for every other; nothing is written
 */
export async function checkNewFolder(folder: string): Promise<string> {
  const refuse = (why: string) => new UsageError(`folder ${quote(folder)}: ${why}; name an empty or new one.`);
  if (folder === '' || folder.includes('\0')) throw refuse('that is no path');
  const here = await realpath(process.cwd());
  const path = await followLinks(resolve(here, folder)).catch(() => {
    throw refuse('a part of it is a file, or a link that leads nowhere');
  });
  if (path !== here && !path.startsWith(here + sep)) throw refuse(`it is outside of ${here}; go there first`);
  for (const part of relative(here, path).split(sep))
    if (part !== '' && (!SEGMENT.test(part) || DEVICES.test(part) || /^node_modules$/i.test(part)))
      throw refuse(`${quote(part)} is no safe name of a folder`);
  const present = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw refuse(error.code === 'ENOTDIR' ? 'it is a file' : `it cannot be read (${error.code})`);
  });
  if (present.length > 0) throw refuse(`it is not empty (${present.slice(0, 3).join(', ')})`);
  return path;
}

/** The real path of what is there, and the rest of the path behind it. */
async function followLinks(path: string): Promise<string> {
  const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return there ? realpath(path) : join(await followLinks(dirname(path)), basename(path));
}
