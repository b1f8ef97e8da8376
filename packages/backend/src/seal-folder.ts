import { open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hashFile } from './hash-file.js';

/** `ready.json`: what a finished installation holds. It is written last, so a folder without it is none. */
export interface Ready {
  /** What each part said of itself: `wheel`, `addon`, … */
  readonly parts: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

const READY = 'ready.json';

/** Hashes and syncs every file of `folder`, writes `ready.json`, and moves the folder to `target` in one step. */
export async function sealFolder(
  folder: string,
  target: string,
  parts: Ready['parts'],
  signal?: AbortSignal,
): Promise<Ready> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const path of await filesOf(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    files[name] = { bytes: (await stat(path)).size, sha256: await hashFile(path, signal) };
    await sync(path);
  }
  const ready: Ready = { parts, files };
  await writeFile(join(folder, READY), `${JSON.stringify(ready, null, 2)}\n`);
  await sync(join(folder, READY));
  await sync(folder);
  await rename(folder, target);
  await sync(join(target, '..'));
  return ready;
}

/** The installation in `folder`, or undefined when it is none or a file has another size than it had. */
export async function readReady(folder: string): Promise<Ready | undefined> {
  try {
    const ready = JSON.parse(await readFile(join(folder, READY), 'utf8')) as Ready;
    const sizes = await Promise.all(
      Object.keys(ready.files).map(async (name) => (await stat(join(folder, name))).size),
    );
    return Object.values(ready.files).every(({ bytes }, i) => sizes[i] === bytes) ? ready : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the files whose content is no longer what was installed. */
export async function alteredFiles(folder: string, ready: Ready): Promise<string[]> {
  const altered: string[] = [];
  for (const [name, { sha256 }] of Object.entries(ready.files)) {
    const now = await hashFile(join(folder, name)).catch(() => '');
    if (now !== sha256) altered.push(name);
  }
  return altered;
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Waits until a file or folder is on the disk; Windows cannot sync a folder. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    await handle?.close();
  }
}
