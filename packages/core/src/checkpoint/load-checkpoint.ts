import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isModalkitError, type Json } from '@modalkit/contract';
import type { LoadedCheckpoint } from './checkpoint.js';
import { checkpointError } from './checkpoint-error.js';
import { stepFolder } from './checkpoint-names.js';
import { errnoName } from './disk-error.js';
import { decodeDocument } from './document.js';
import { decodeManifest, type Manifest, sha256 } from './manifest.js';
import { readSafetensors } from './read-safetensors.js';

const MANIFEST_BYTES = 2 ** 20;

/** Reads and checks every byte of one checkpoint. @throws ModalkitError CHECKPOINT naming the file and what is wrong */
export async function loadCheckpoint(parent: string, step: number): Promise<Omit<LoadedCheckpoint, 'skipped'>> {
  const folder = join(parent, stepFolder(step));
  const manifest = await readManifest(folder, step);
  const tensors: [string, ReturnType<typeof readSafetensors>['tensors']][] = [];
  const documents: [string, Json][] = [];
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    const bytes = await readListed(path, file);
    const [stem, kind] = file.name.split('.') as [string, string];
    if (kind === 'safetensors') tensors.push([stem, readSafetensors(bytes, path).tensors]);
    else documents.push([stem, decodeDocument(bytes, path)]);
  }
  const content = { tensors: Object.fromEntries(tensors), documents: Object.fromEntries(documents) };
  return { step, folder, created: manifest.created, ...content };
}

/** Reads and checks one document of a checkpoint. @throws ModalkitError CHECKPOINT */
export async function loadDocument(parent: string, step: number, name: string): Promise<Json> {
  const folder = join(parent, stepFolder(step));
  const file = (await readManifest(folder, step)).files.find((entry) => entry.name === `${name}.json`);
  if (!file) throw checkpointError(folder, `has no document ${JSON.stringify(name)}`);
  const path = join(folder, file.name);
  return decodeDocument(await readListed(path, file), path);
}

/** Checks that the files are those of the manifest, byte by byte. @throws ModalkitError CHECKPOINT */
export async function verifyCheckpoint(folder: string, step: number): Promise<void> {
  for (const file of (await readManifest(folder, step)).files) await readListed(join(folder, file.name), file);
}

async function readManifest(folder: string, step: number): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  const manifest = decodeManifest((await readRegular(path, MANIFEST_BYTES)).toString('utf8'), path);
  if (manifest.step !== step) throw checkpointError(path, `is of step ${manifest.step}, not of ${step}`);
  return manifest;
}

async function readListed(path: string, file: Manifest['files'][number]): Promise<Uint8Array> {
  const bytes = await readRegular(path, file.size);
  if (bytes.length !== file.size) throw checkpointError(path, `has ${bytes.length} bytes instead of ${file.size}`);
  if (sha256(bytes) !== file.sha256)
    throw checkpointError(path, 'was altered: its hash is not the one in the manifest');
  return bytes;
}

async function readRegular(path: string, most: number): Promise<Buffer> {
  try {
    const stat = await lstat(path);
    if (stat.isFile() && stat.size <= most) return await readFile(path);
    throw checkpointError(path, stat.isFile() ? `has ${stat.size} bytes, more than ${most}` : 'is not a regular file');
  } catch (cause) {
    if (isModalkitError(cause)) throw cause;
    throw checkpointError(path, `cannot be read (${errnoName(cause)})`, cause);
  }
}
