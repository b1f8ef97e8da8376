import { resolve } from 'node:path';
import type { HostContext } from '@modalkit/contract';
import { LRUCache } from 'lru-cache';
import type { DataProject, States } from './data-project.js';
import { digest } from './digest.js';
import { fileHashes } from './file-hashes.js';
import type { HookGuard } from './hook-guard.js';
import { hostContext } from './host-context.js';
import { openSampleCache, type SampleCache } from './sample-cache.js';

/** What is at hand where samples are prepared: in a worker, or in the main thread. */
export interface Workshop {
  readonly project: DataProject;
  readonly contexts: Readonly<Record<string, HostContext>>;
  /** Hash of a file that a sample names, and its content when it is small. */
  readonly identify: (path: string) => { hash: string; bytes?: Uint8Array };
  readonly guard: HookGuard;
  readonly cache: SampleCache;
  /** Prepared samples by key, so that a small dataset is read once. */
  readonly memory: LRUCache<string, { readonly value: unknown; readonly bytes: number }>;
  /** Digest of all that an input's `prepare` depends on beside the sample. */
  readonly keys: Readonly<Record<string, string>>;
}

/** @param root absolute folder that samples' paths are taken from */
export function openWorkshop(
  project: DataProject,
  states: States,
  root: string,
  guard: HookGuard,
  notice: (message: string) => void,
): Workshop {
  const { cache, memory, fileLimit } = project.data;
  const inputs = Object.keys(project.inputs);
  const perInput = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(inputs.map((name) => [name, make(name)]));
  return {
    project,
    contexts: perInput((name) => hostContext(name, states[name], root, fileLimit)),
    identify: fileHashes(root, fileLimit * 2 ** 20),
    guard,
    cache: openSampleCache(cache && resolve(project.folder, cache), notice),
    memory: new LRUCache({ maxSize: Math.max(1, memory * 2 ** 20), sizeCalculation: ({ bytes }) => bytes + 256 }),
    keys: perInput((name) => prepareKey(project, states, name)),
  };
}

/** Digest of what an input's prepared samples depend on: its adapter, its version, the options that count, and a state it needs. */
export function prepareKey(project: DataProject, states: States, name: string): string {
  const { id, version, options, prepares = options, fitPrepared } = project.inputs[name]!.adapter;
  return digest('prepared', 1, id, version, prepares, fitPrepared ? null : (states[name] ?? null));
}

/** Digest of all that an input's batches depend on: its adapter, its version, options and state. */
export function inputKey(project: DataProject, states: States, name: string): string {
  const { id, version, options } = project.inputs[name]!.adapter;
  return digest('input', 1, id, version, options, states[name] ?? null);
}
