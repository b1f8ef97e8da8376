import { join } from 'node:path';
import { type HostArray, isModalkitError, ModalkitError } from '@modalkit/contract';
import { decodeDocument } from '../checkpoint/document.js';
import { decodeManifest, type Manifest, sha256 } from '../checkpoint/manifest.js';
import { readSafetensors } from '../checkpoint/read-safetensors.js';
import { unpackState } from '../checkpoint/unpack-state.js';
import { readConfined } from '../data/read-confined.js';
import { type AdapterDocument, adapterDocumentSchema } from './adapter-document.js';

const MIB = 2 ** 20;
/** Largest file of each kind, in bytes: a folder of weights is untrusted. */
const LIMITS = { manifest: MIB, json: 64 * MIB, safetensors: 1024 * MIB } as const;

/** A folder that `modalkit export` wrote; the tensors in it are not read yet. */
export interface AdapterWeights extends AdapterDocument {
  readonly folder: string;
  /** SHA-256 of manifest.json, and so of every file. */
  readonly sha256: string;
  /** Step of the run that they were trained to. */
  readonly step: number;
  readonly files: Manifest['files'];
}

/** Opens a folder of weights from an untrusted place. @throws ModalkitError CHECKPOINT naming the file and what is wrong */
export function openAdapterWeights(folder: string): AdapterWeights {
  const path = join(folder, 'manifest.json');
  const bytes = read(folder, 'manifest.json', LIMITS.manifest);
  const { files, step } = guarded(path, () => decodeManifest(new TextDecoder().decode(bytes), path));
  const opened = { folder, sha256: sha256(bytes), step, files };
  const document = adapterDocumentSchema.safeParse(readDocument(opened, 'adapter'));
  if (document.success) return { ...opened, ...document.data };
  const { path: field, message } = document.error.issues[0]!;
  throw damaged(join(folder, 'adapter.json'), `has a wrong field ${field.join('.') || 'at its top'}: ${message}`);
}

/**
 * The weights by their names, without the input's.
 * @throws ModalkitError CHECKPOINT when they are not those that adapter.json lists, or not finite
 */
export function readAdapterWeights(opened: AdapterWeights): ReadonlyMap<string, HostArray> {
  const file = join(opened.folder, 'weights.safetensors');
  const tensors = readTensors(opened, 'weights');
  const stated = Object.entries(opened.weights);
  for (const [name, shape] of stated) {
    const array = tensors.get(name);
    const has = array && `${array.dtype} of [${array.shape}]`;
    if (has !== `float32 of [${shape}]`)
      throw damaged(file, `has ${has ?? 'nothing'} as "${name}" and not float32 of [${shape}], as adapter.json says`);
    if (!array!.data.every(Number.isFinite)) throw damaged(file, `has numbers in "${name}" that are not finite`);
  }
  if (tensors.size === stated.length) return tensors;
  const extra = [...tensors.keys()].find((name) => !Object.hasOwn(opened.weights, name));
  throw damaged(file, `has a tensor "${extra}" that adapter.json does not list`);
}

/** What the adapter had learnt in `fit`: vocabulary, statistics; undefined for one that fits nothing. */
export function readAdapterState(opened: AdapterWeights): unknown {
  if (!hasState(opened)) return undefined;
  const tensors = opened.files.some(({ name }) => name === 'state.safetensors')
    ? readTensors(opened, 'state')
    : new Map<string, HostArray>();
  const json = readDocument(opened, 'state');
  return guarded(join(opened.folder, 'state.json'), () => unpackState(json, tensors));
}

export function hasState({ files }: Pick<AdapterWeights, 'files'>): boolean {
  return files.some(({ name }) => name === 'state.json');
}

type Listing = Pick<AdapterWeights, 'folder' | 'files'>;

function readTensors(listing: Listing, stem: string): ReadonlyMap<string, HostArray> {
  const path = join(listing.folder, `${stem}.safetensors`);
  const bytes = readListed(listing, `${stem}.safetensors`, LIMITS.safetensors);
  return guarded(path, () => readSafetensors(bytes, path).tensors);
}

function readDocument(listing: Listing, stem: string) {
  const path = join(listing.folder, `${stem}.json`);
  const bytes = readListed(listing, `${stem}.json`, LIMITS.json);
  return guarded(path, () => decodeDocument(bytes, path));
}

/** A file that the manifest lists, of the size and hash that it says. */
function readListed({ folder, files }: Listing, name: string, limit: number): Uint8Array {
  const path = join(folder, name);
  const listed = files.find((file) => file.name === name);
  if (!listed) throw damaged(join(folder, 'manifest.json'), `does not list ${name}`);
  if (listed.size > limit) throw damaged(path, `is said to have ${listed.size} bytes, more than ${limit}`);
  const bytes = read(folder, name, limit);
  if (bytes.length !== listed.size) throw damaged(path, `has ${bytes.length} bytes instead of ${listed.size}`);
  if (sha256(bytes) !== listed.sha256) throw damaged(path, 'was altered: its hash is not the one in manifest.json');
  return bytes;
}

function read(folder: string, name: string, limit: number): Uint8Array {
  return guarded(join(folder, name), () => readConfined(folder, name, limit));
}

/** Runs a reader and says what it refuses as a fault of these weights. */
function guarded<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isModalkitError(error)) throw error;
    const problem = error.details.problem ?? error.details.reason ?? `cannot be read: ${error.message}`;
    throw damaged(file, String(problem).split(';')[0]!, error);
  }
}

function damaged(file: string, problem: string, cause?: unknown): ModalkitError {
  const message = `${file} ${problem}; install the package again, or export the weights anew.`;
  return new ModalkitError('CHECKPOINT', message, { file, problem }, cause);
}
