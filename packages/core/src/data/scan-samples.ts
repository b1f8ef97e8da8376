import { resolve } from 'node:path';
import { serialize } from 'node:v8';
import { ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import type { InputSizes } from './batch-plan.js';
import { checkBudget } from './check-budget.js';
import type { DataProject, States } from './data-project.js';
import { digest, digestBytes } from './digest.js';
import { quarantine } from './failure.js';
import { fileStamps } from './file-stamps.js';
import type { LoadedDataset } from './load-dataset.js';
import { validTargets } from './prepare-sample.js';
import type { Runner } from './runner.js';
import { openSampleCache } from './sample-cache.js';
import type { ScannedSample } from './scan-chunk.js';
import { sizesOf } from './sizes-of.js';
import { inputKey } from './workshop.js';

/** The usable samples of a split and their sizes. */
export interface ScannedSplit {
  readonly samples: readonly Sample[];
  readonly sizes: Readonly<Record<string, InputSizes>>;
}

/** What a scan found. Every line and file of the source is in exactly one of its counts. */
export interface Scan {
  readonly splits: Readonly<Record<string, ScannedSplit>>;
  readonly quarantined: readonly Quarantined[];
  /** `raw` = the usable of each split + `quarantined` + `unused` (of splits that were not asked for, or left out of training). */
  readonly counts: {
    readonly raw: number;
    readonly usable: Readonly<Record<string, number>>;
    readonly quarantined: number;
    readonly unused: number;
  };
  /** Digest of samples, files, adapters and states: equal keys mean equal batches. */
  readonly key: string;
}

export interface ScanOptions {
  /** Splits that the run uses; all of them when left out. */
  readonly splits?: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
}

const CHUNK = 16;

/**
 * Validates and prepares every sample of the used splits once, which fills the cache. The outcome itself is kept in the
 * cache, so that a second start on the same samples, files, adapters and states takes no time.
 * @throws ModalkitError BUDGET when too many are quarantined, DATA when a split has none left
 */
export async function scanSamples(
  project: DataProject,
  dataset: LoadedDataset,
  states: States,
  runner: Runner,
  notice: (message: string) => void,
  { splits, onProgress = () => {} }: ScanOptions = {},
): Promise<Scan> {
  const wanted = splits ?? [...new Set(dataset.samples.map((sample) => sample.split))];
  const samples = dataset.samples.filter((sample) => wanted.includes(sample.split));
  const folder = project.data.cache && resolve(project.folder, project.data.cache);
  const cache = openSampleCache(folder, notice);
  const key = scanKey(project, dataset, states, samples);
  const known = cache.get(key)?.value as ScannedSample[] | undefined;
  const inputs = known ?? (await scanAll(samples, runner, project.data.budget, onProgress));
  if (!known && !inputs.some(isPluginFault)) cache.put(key, serialize(inputs));
  const results = await checkTargets(project, samples, inputs);
  const quarantined = [
    ...dataset.rejected,
    ...results.flatMap((result) => ('quarantined' in result ? [result.quarantined] : [])),
  ];
  checkBudget(quarantined, samples.length + dataset.rejected.length, project.data.budget);
  const scanned = Object.fromEntries(wanted.map((split) => [split, splitOf(project, samples, results, split)]));
  return { splits: scanned, quarantined, counts: countsOf(dataset, samples, scanned, quarantined), key };
}

async function scanAll(
  samples: readonly Sample[],
  runner: Runner,
  budget: number,
  onProgress: (done: number, total: number) => void,
): Promise<ScannedSample[]> {
  const results: ScannedSample[] = new Array(samples.length);
  let next = 0;
  let done = 0;
  const faults: Quarantined[] = []; // each may cost a worker or a time limit: they end the scan early
  const work = async (): Promise<void> => {
    while (next < samples.length) {
      const start = next;
      next += CHUNK;
      const chunk = samples.slice(start, start + CHUNK);
      const scanned = (await runner.run({ kind: 'scan', samples: chunk, failed: {} })) as readonly ScannedSample[];
      for (const [index, result] of scanned.entries()) results[start + index] = result;
      faults.push(...scanned.filter(isPluginFault).map(({ quarantined }) => quarantined));
      checkBudget(faults, samples.length, budget);
      done += chunk.length;
      onProgress(done, samples.length);
    }
  };
  const lanes = Array.from({ length: runner.width * 2 }, work);
  await Promise.all(lanes).finally(() => {
    next = samples.length;
  });
  return results;
}

/** A hook that hung or broke may do better next time: such a scan is not kept. */
function isPluginFault(result: ScannedSample): result is { quarantined: Quarantined } {
  return 'quarantined' in result && result.quarantined.code === 'PLUGIN';
}

/** Targets are checked at every start: their schemas have no version that a key could name. */
function checkTargets(
  project: DataProject,
  samples: readonly Sample[],
  results: readonly ScannedSample[],
): Promise<ScannedSample[]> {
  const check = async (result: ScannedSample, index: number): Promise<ScannedSample> => {
    try {
      if ('size' in result) await validTargets(project, samples[index]!);
      return result;
    } catch (error) {
      return { quarantined: quarantine(samples[index]!.id, error) };
    }
  };
  return Promise.all(results.map(check));
}

function splitOf(
  project: DataProject,
  samples: LoadedDataset['samples'],
  results: readonly ScannedSample[],
  split: string,
): ScannedSplit {
  const usable = samples.flatMap((sample, index) => {
    const result = results[index]!;
    return sample.split === split && 'size' in result ? [{ sample, size: result.size }] : [];
  });
  if (usable.length === 0)
    throw new ModalkitError(
      'DATA',
      `Split "${split}" has no usable sample; add samples to it or take it out of the config.`,
      { split },
    );
  const sizes = sizesOf(
    project,
    usable.map(({ size }) => size),
  );
  return { samples: usable.map(({ sample }) => sample), sizes };
}

function countsOf(
  dataset: LoadedDataset,
  samples: readonly Sample[],
  scanned: Readonly<Record<string, ScannedSplit>>,
  quarantined: readonly Quarantined[],
): Scan['counts'] {
  const { leftOut = 0 } = dataset;
  return {
    raw: dataset.samples.length + leftOut + dataset.rejected.length,
    usable: Object.fromEntries(Object.entries(scanned).map(([split, { samples: usable }]) => [split, usable.length])),
    quarantined: quarantined.length,
    unused: dataset.samples.length - samples.length + leftOut,
  };
}

function scanKey(project: DataProject, dataset: LoadedDataset, states: States, samples: readonly Sample[]): string {
  const inputs = Object.values(project.inputs);
  const files = inputs.flatMap((part) => samples.flatMap((sample) => fileStamps(part, sample, dataset.root)));
  const limits = [project.data.fileLimit, inputs.map(({ name, list }) => [name, list])];
  const content = digestBytes(serialize([samples, dataset.rejected, files]));
  return digest(
    'scan',
    2,
    inputs.map(({ name }) => inputKey(project, states, name)),
    limits,
    dataset.root,
    content,
  );
}
