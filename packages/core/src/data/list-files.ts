import type { Dirent } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError, type Quarantined } from '@modalkit/contract';
import { quarantine } from './failure.js';
import { confine } from './read-confined.js';

/** Files of a folder and of those below, by their paths from it with `/`, and what of them can't be read. */
export interface ListedFiles {
  readonly files: readonly string[];
  readonly rejected: readonly Quarantined[];
}

/**
 * Lists a folder's files in the order of their names; hidden ones are left out. Links are followed to files inside the folder alone.
 * @throws ModalkitError USAGE when the folder itself can't be read
 */
export async function listFiles(root: string): Promise<ListedFiles> {
  const files: string[] = [];
  const rejected: Quarantined[] = [];
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(root, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      try {
        if (entry.isDirectory()) await visit(path);
        else if (await isReadableFile(root, path, entry)) files.push(path);
      } catch (error) {
        rejected.push(quarantine(path, refusal(path, error)));
      }
    }
  };
  await visit('').catch((error) => {
    throw new ModalkitError(
      'USAGE',
      `${root}: this folder cannot be read (${(error as NodeJS.ErrnoException).code}); name a folder with files in it.`,
      { folder: root },
      error,
    );
  });
  return { files, rejected };
}

/** Pipes and devices are no files. @throws Error when it is a link out of the folder, or may not be read */
async function isReadableFile(root: string, path: string, entry: Dirent): Promise<boolean> {
  const file = entry.isSymbolicLink() ? confine(root, path) : join(root, path);
  if (!(await stat(file)).isFile()) return false;
  await access(file, constants.R_OK);
  return true;
}

function refusal(path: string, error: unknown): ModalkitError {
  const details = { file: path, stage: 'read' };
  if (error instanceof ModalkitError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new ModalkitError('SAMPLE', `${JSON.stringify(path)} cannot be read (${code}).`, details, error);
}
