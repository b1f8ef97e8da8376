import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.js';
import type { Graph } from './graph.js';

const MODEL = 'saved_model.pb';
const ABOUT = 'graph.json';
const PARTIAL = '.partial-';
/** Graphs that are kept; the oldest go first. */
const MOST = 200;

/** What must be known of a graph to run it, beside the graph itself. */
export interface StoredGraph extends Pick<Graph, 'feeds' | 'results'> {
  readonly nodes: number;
  /** Where the outputs and the state's tensors stand in their objects. */
  readonly outputs: readonly (readonly string[])[];
  readonly state: readonly (readonly string[])[];
}

/** A graph on disk. */
export interface GraphOnDisk {
  readonly folder: string;
  readonly about: StoredGraph;
  readonly bytes: number;
}

/**
 * The graph of that key in the cache, or undefined.
 * @param altered told in a sentence when it is not as it was written: it is removed then
 */
export function readGraph(key: string, altered: (sentence: string) => void): GraphOnDisk | undefined {
  const folder = join(graphsFolder(), key);
  if (!existsSync(folder)) return undefined;
  try {
    const { sha256, ...about } = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8')) as StoredGraph & {
      sha256: string;
    };
    const model = readFileSync(join(folder, MODEL));
    // TensorFlow's loader would read other files that it knows, variables among them.
    const alone = readdirSync(folder).length === 2;
    if (alone && sha256 === hashOf(key, model, about)) return { folder, about, bytes: model.length };
  } catch {
    // told below
  }
  altered(`${folder}: this captured graph is not as it was written; it is refused and recorded anew.`);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // a cache that can't be written stays as it is
  }
  return undefined;
}

/** Writes a graph into the cache, or where that can't be written, or without a key, into a temporary folder. */
export function writeGraph(key: string | undefined, model: Uint8Array, about: StoredGraph): GraphOnDisk {
  const files = { [MODEL]: model, [ABOUT]: JSON.stringify({ ...about, sha256: hashOf(key, model, about) }) };
  if (key !== undefined) {
    try {
      return { folder: keep(key, files), about, bytes: model.length };
    } catch {
      // a full or read-only cache: the next start records again
    }
  }
  return { folder: writeFiles(join(tmpdir(), 'modalkit-graph-'), files), about, bytes: model.length };
}

/** Removes a graph's folder unless it is of the cache. */
export function dropGraph({ folder }: GraphOnDisk): void {
  if (!folder.startsWith(graphsFolder())) rmSync(folder, { recursive: true, force: true });
}

function graphsFolder(): string {
  return join(cacheFolder(), 'graphs');
}

/** Written aside and renamed: a graph in the cache is whole. */
function keep(key: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const parent = graphsFolder();
  if (!existsSync(parent)) mkdirSync(parent);
  const names = readdirSync(parent);
  if (names.length >= MOST) {
    const age = (name: string) => statSync(join(parent, name)).mtimeMs;
    const oldest = names.sort((a, b) => age(a) - age(b)).slice(0, names.length - MOST + 1);
    for (const name of oldest) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const target = join(parent, key);
  const folder = writeFiles(join(parent, PARTIAL), files);
  try {
    renameSync(folder, target);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function writeFiles(prefix: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(prefix);
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Of the key too: a graph in another's place is none. */
function hashOf(key: string | undefined, model: Uint8Array, about: StoredGraph): string {
  return createHash('sha256')
    .update(key ?? '')
    .update(model)
    .update(JSON.stringify(about))
    .digest('hex');
}
