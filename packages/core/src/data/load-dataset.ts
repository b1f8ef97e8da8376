import { type Dataset, ModalkitError, type Sample } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';
import type { DataProject } from './data-project.js';
import { keepOnly, type Only } from './keep-only.js';

/** The dataset of a project, every sample with its split. */
export interface LoadedDataset extends Dataset {
  readonly samples: readonly (Sample & { readonly split: string })[];
  /** Training samples that are not trained on. */
  readonly leftOut?: number;
}

/**
 * Lists the samples of a project and gives each a split.
 * @param training what the samples of one split are restricted to
 * @throws ModalkitError DATA when there are no samples, or none to train on, or when a group is spread over two splits
 */
export async function loadDataset(
  project: DataProject,
  training?: { readonly split: string; readonly only: Only },
): Promise<LoadedDataset> {
  const dataset = await project.source.load({
    folder: project.folder,
    inputs: Object.keys(project.inputs),
    targets: Object.keys(project.targets),
  });
  if (dataset.samples.length === 0) {
    const first = dataset.rejected[0]
      ? ` The first of ${dataset.rejected.length} rejected: ${dataset.rejected[0].reason}.`
      : '';
    throw new ModalkitError(
      'DATA',
      `${project.source.id}: there are no samples in ${dataset.root}; add some or correct data.source.${first}`,
    );
  }
  const split = splitter(project, dataset.samples);
  const samples = dataset.samples.map((sample) => ({ ...sample, split: split(sample) }));
  checkGroups(samples);
  return training ? keepOnly({ ...dataset, samples }, training.split, training.only) : { ...dataset, samples };
}

/** Stated splits stand, and a sample beside them without one is `train`; if none is stated, (seed, group or id) decides. */
function splitter(project: DataProject, samples: readonly Sample[]): (sample: Sample) => string {
  if (samples.some((sample) => sample.split !== undefined)) return (sample) => sample.split ?? 'train';
  return (sample) => drawSplit(project.data.split, project.seed, sample.group ?? sample.id);
}

/** The split of a sample or group, a function of (seed, name) alone. */
export function drawSplit(shares: Readonly<Record<string, number>>, seed: number, name: string): string {
  let left = philox4x32([hashName(name), 0, 0, hashName('split')], [seed >>> 0, 0])[0] * 2 ** -32;
  for (const [split, share] of Object.entries(shares)) {
    if (left < share) return split;
    left -= share;
  }
  return 'train';
}

function checkGroups(samples: LoadedDataset['samples']): void {
  const splits = new Map<string, string>();
  for (const { group, split } of samples) {
    if (group === undefined) continue;
    const first = splits.get(group) ?? split;
    if (first !== split)
      throw new ModalkitError(
        'DATA',
        `Group ${JSON.stringify(group)} is in the splits "${first}" and "${split}"; put all of it into one.`,
      );
    splits.set(group, split);
  }
}
