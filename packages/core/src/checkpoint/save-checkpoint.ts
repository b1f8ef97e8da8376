import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import type { CheckpointContent } from './checkpoint.js';
import { isContentFile, stepFolder } from './checkpoint-names.js';
import { onDisk } from './disk-error.js';
import { encodeDocument } from './document.js';
import { checkFreeSpace } from './free-space.js';
import { encodeManifest, sha256 } from './manifest.js';
import { writeSafetensors } from './write-safetensors.js';
import { syncFolder, writeSynced } from './write-synced.js';

/** Files besides the content: manifest, folder and a folder moved aside. */
const FILES_BESIDE = 4;

/**
 * Commits one checkpoint: written aside, each file and the folder synced, renamed, the parent synced.
 * @param writer tells leftovers of one writer from another's
 * @param check throws when the folder is no longer the writer's; asked last before the rename, and to explain a failure
 * @throws ModalkitError DISK naming the file and the errno; nothing of the attempt is left
 */
export async function saveCheckpoint(
  parent: string,
  step: number,
  content: CheckpointContent,
  writer: string,
  check: () => Promise<void>,
): Promise<string> {
  const target = join(parent, stepFolder(step));
  const aside = join(parent, `.tmp-${stepFolder(step)}-${writer}`);
  const files = encodeFiles(step, content);
  await onDisk(parent, () => mkdir(parent, { recursive: true }));
  const bytes = [...files.values()].reduce((sum, data) => sum + data.length, 0);
  await checkFreeSpace(parent, bytes, files.size + FILES_BESIDE);
  try {
    await writeFolder(aside, files);
    await check();
    await replaceFolder(aside, target);
  } catch (cause) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    await check();
    throw cause;
  }
  await syncFolder(parent);
  return target;
}

function encodeFiles(step: number, content: CheckpointContent): ReadonlyMap<string, Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  for (const [stem, tensors] of Object.entries(content.tensors))
    files.set(`${stem}.safetensors`, writeSafetensors(tensors));
  for (const [stem, json] of Object.entries(content.documents))
    files.set(`${stem}.json`, encoder.encode(encodeDocument(json, stem)));
  for (const name of files.keys()) checkFileName(name);
  const listed = [...files].map(([name, data]) => ({ name, size: data.length, sha256: sha256(data) }));
  const manifest = encodeManifest({ step, created: new Date().toISOString(), files: listed });
  return files.set('manifest.json', encoder.encode(manifest));
}

function checkFileName(name: string): void {
  if (isContentFile(name)) return;
  throw new ModalkitError(
    'CHECKPOINT',
    `A checkpoint cannot hold ${JSON.stringify(name)}: use lower-case words joined by "-", not "manifest".`,
  );
}

async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await onDisk(path, () => rm(path, { recursive: true, force: true }));
  await onDisk(path, () => mkdir(path));
  for (const [name, data] of files) await writeSynced(join(path, name), data);
  await syncFolder(path);
}

/** An older save of the same step stands aside as `.old-…` until the new one has its place (see `sweepFolder`). */
async function replaceFolder(aside: string, target: string): Promise<void> {
  const old = oldFolder(target);
  const exists = await access(target).then(
    () => true,
    () => false,
  );
  if (exists) await onDisk(target, () => rename(target, old));
  try {
    await onDisk(target, () => rename(aside, target));
  } catch (cause) {
    if (exists) await rename(old, target).catch(() => undefined);
    throw cause;
  }
}

/** Where an older save of the same step stands aside. */
export function oldFolder(target: string): string {
  return target.replace(/step-[0-9]+$/, '.old-$&');
}
