import { access, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from './disk-error.js';
import { syncFolder } from './write-synced.js';

/** Removes what an interrupted save or deletion left; an `.old-…` checkpoint whose successor never came returns. */
export async function sweepFolder(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const leftovers = names.filter((name) => /^\.(tmp|old)-step-/.test(name));
  for (const name of leftovers) {
    const path = join(parent, name);
    const target = join(parent, name.slice('.old-'.length));
    const returns = name.startsWith('.old-') && !(await exists(target));
    await onDisk(path, () => (returns ? rename(path, target) : rm(path, { recursive: true, force: true })));
  }
  if (leftovers.length > 0) await syncFolder(parent);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
