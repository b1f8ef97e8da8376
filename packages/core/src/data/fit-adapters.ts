import { resolve } from 'node:path';
import { serialize } from 'node:v8';
import { isModalkitError, ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import { comesOn, inHook } from '../compose/hook-marks.js';
import { readAdapterState } from '../pretrained/adapter-weights.js';
import { checkBudget } from './check-budget.js';
import type { DataProject, InputPart, States } from './data-project.js';
import { digest, digestBytes } from './digest.js';
import { placed, quarantine } from './failure.js';
import { fileStamps } from './file-stamps.js';
import { hostContext } from './host-context.js';
import { itemsOf } from './prepare-sample.js';
import { preparedSamples } from './prepared-samples.js';
import { openSampleCache } from './sample-cache.js';
import { validate } from './validate.js';

/** Samples below which a fit may leave out any number: the budget is judged by the scan that follows. */
const FREE_FAILURES = 10;

export interface FitOptions {
  readonly signal?: AbortSignal;
  /** Which input's adapter is learning, and how many of the samples it has been offered. */
  readonly onProgress?: (input: string, done: number, total: number) => void;
}

/**
 * Learns the state of every input from the training split. Inputs that share a state pool their samples. A sample that
 * cannot be validated or read, or on which `fit` throws, is left out and `fit` starts again; the scan will quarantine it.
 * States are kept in the cache, so that a second start on the same samples, files and adapters learns nothing anew.
 * The state of an input with pretrained weights came with them.
 * @param samples of the training split
 * @param root absolute folder that samples' paths are taken from
 * @returns the state of each input
 */
export async function fitAdapters(
  project: DataProject,
  samples: readonly Sample[],
  root: string,
  options: FitOptions = {},
): Promise<States> {
  const fitted: Record<string, unknown> = {};
  for (const owner of new Set(Object.values(project.inputs).map((part) => part.stateOf)))
    fitted[owner] = await fitOwner(project, owner, samples, root, options);
  return Object.fromEntries(Object.values(project.inputs).map(({ name, stateOf }) => [name, fitted[stateOf]]));
}

async function fitOwner(
  project: DataProject,
  owner: string,
  samples: readonly Sample[],
  root: string,
  options: FitOptions,
): Promise<unknown> {
  const { adapter, pretrained } = project.inputs[owner]!;
  if (pretrained) return readAdapterState(pretrained);
  if (!adapter.fit && !adapter.fitPrepared) return undefined;
  const parts = Object.values(project.inputs).filter((part) => part.stateOf === owner);
  const cache = openSampleCache(project.data.cache && resolve(project.folder, project.data.cache), () => {});
  const key = fitKey(parts, owner, samples, root, project.data.fileLimit);
  const known = cache.get(key);
  if (known) return known.value;
  const state = await fitAfresh(project, owner, parts, samples, root, options);
  cache.put(key, serialize(state));
  return state;
}

function fitKey(
  parts: readonly InputPart[],
  owner: string,
  samples: readonly Sample[],
  root: string,
  fileLimit: number,
): string {
  const raw = parts.map(({ name }) => samples.map((sample) => sample.inputs[name]));
  const files = parts.flatMap((part) => samples.flatMap((sample) => fileStamps(part, sample, root)));
  const adapters = parts.map(({ name, list, adapter }) => [
    name === owner,
    list,
    adapter.id,
    adapter.version,
    adapter.prepares ?? adapter.options,
  ]);
  return digest('fit', 2, adapters, fileLimit, root, digestBytes(serialize([raw, files])));
}

async function fitAfresh(
  project: DataProject,
  owner: string,
  parts: readonly InputPart[],
  samples: readonly Sample[],
  root: string,
  options: FitOptions,
): Promise<unknown> {
  const adapter = project.inputs[owner]!.adapter;
  const context = hostContext(owner, undefined, root, project.data.fileLimit);
  const failed = new Map<Sample, Quarantined>();
  for (;;) {
    const under: { sample?: Sample } = {};
    try {
      const fit = () =>
        adapter.fitPrepared
          ? adapter.fitPrepared(preparedSamples(project, parts, samples, root, options), context)
          : adapter.fit!(rawSamples(parts, samples, failed, under, context.locate, options), context);
      const state = await inHook({ slot: `inputs/${owner}`, plugin: adapter.id, hook: 'fit' }, fit);
      return structuredClone(state);
    } catch (error) {
      if (isModalkitError(error) && error.code === 'STOPPED') throw error;
      const failure = placed(
        error,
        { input: owner, stage: 'prepare', who: `plugin "${adapter.id}": fit of input "${owner}"` },
        'PLUGIN',
      );
      if (!under.sample) throw failure;
      failed.set(under.sample, quarantine(under.sample.id, failure));
      if (failed.size > FREE_FAILURES) checkBudget([...failed.values()], samples.length, project.data.budget);
      if (failed.size === samples.length) throw failure;
    }
  }
}

/** Raw samples of these inputs that validate and whose files can be read; `under.sample` is the one handed out last. */
async function* rawSamples(
  parts: readonly InputPart[],
  samples: readonly Sample[],
  failed: ReadonlyMap<Sample, Quarantined>,
  under: { sample?: Sample },
  locate: (path: string) => Promise<string>,
  { signal, onProgress }: FitOptions,
): AsyncGenerator<unknown> {
  for (const [done, sample] of samples.entries()) {
    onProgress?.(parts[0]!.stateOf, done, samples.length);
    comesOn();
    if (signal?.aborted) throw new ModalkitError('STOPPED', 'Stopped while the adapters were fitted.');
    if (failed.has(sample)) continue;
    for (const part of parts) {
      for (const raw of await usableItems(part, sample, locate)) {
        under.sample = sample;
        yield raw;
      }
    }
  }
  delete under.sample;
  onProgress?.(parts[0]!.stateOf, samples.length, samples.length);
}

async function usableItems(
  part: InputPart,
  sample: Sample,
  locate: (path: string) => Promise<string>,
): Promise<readonly unknown[]> {
  try {
    const items = itemsOf(part, sample.inputs[part.name]).filter((item) => item != null);
    const values = await Promise.all(items.map((item) => validate(part.adapter.sample, item)));
    for (const value of values) for (const file of part.adapter.files?.(value) ?? []) await locate(file);
    return values;
  } catch {
    return [];
  }
}
