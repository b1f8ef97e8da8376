import { ModalkitError, type Sample } from '@modalkit/contract';
import type { LoadedDataset } from './load-dataset.js';

/** What training is restricted to: by column, the values that a sample's may have, null for none. */
export type Only = Readonly<Record<string, readonly (string | number | null)[]>>;

/**
 * Leaves out samples of one split by their columns; other splits stay whole.
 * @throws ModalkitError DATA when none is left, with the values that there are
 */
export function keepOnly(dataset: LoadedDataset, split: string, only: Only): LoadedDataset {
  const keeps = (sample: Sample) =>
    Object.entries(only).every(([column, values]) => values.map(String).includes(columnOf(sample, column)));
  const own = dataset.samples.filter((sample) => sample.split === split);
  const samples = dataset.samples.filter((sample) => sample.split !== split || keeps(sample));
  const leftOut = dataset.samples.length - samples.length;
  if (own.length > 0 && leftOut === own.length) throw noneLeft(own, split, only);
  return { ...dataset, samples, leftOut };
}

function columnOf({ targets }: Sample, column: string): string {
  return String(targets[column] ?? null);
}

function noneLeft(own: readonly Sample[], split: string, only: Only): ModalkitError {
  const found = Object.keys(only).map((column) => {
    const values = [...new Set(own.map((sample) => columnOf(sample, column)))].sort().slice(0, 10);
    return `"${column}" is ${values.join(', ')}`;
  });
  return new ModalkitError(
    'DATA',
    `train.only leaves none of the ${own.length} samples of split "${split}" (${JSON.stringify(only)}); in these ${found.join(' and ')}: correct the values, or label the samples.`,
    { split },
  );
}
