import { mkdir } from 'node:fs/promises';
import type { HostArray, Sample } from '@modalkit/contract';
import { onDisk, writeFileAtomic, writeSafetensors } from '../checkpoint/index.js';
import { indexFiles } from './index-files.js';

/** Vectors of one input of some samples. */
export interface InputVectors {
  readonly width: number;
  /** `[n, width]`, unit rows. */
  readonly rows: Float32Array;
  /** `[n]` 0 or 1: whether the sample has the input. */
  readonly present: Uint8Array;
}

/**
 * Writes the vectors of a split, and its samples, to be searched: a file of float32 for each input, so that a search reads
 * one, and a line of JSON for each sample, so that only what is found is parsed.
 */
export async function writeIndex(
  folder: string,
  samples: readonly Sample[],
  inputs: Readonly<Record<string, InputVectors>>,
): Promise<void> {
  const files = indexFiles(folder);
  await onDisk(files.folder, () => mkdir(files.folder, { recursive: true }));
  await writeFileAtomic(files.samples, Buffer.concat(samples.map(lineOf)));
  for (const [name, vectors] of Object.entries(inputs)) {
    const tensors = new Map(Object.entries(compact(vectors)));
    await writeFileAtomic(files.vectors(name), writeSafetensors(tensors));
  }
}

function lineOf(sample: Sample): Buffer {
  return Buffer.from(`${JSON.stringify(sample)}\n`);
}

/** `vectors [m, width]` of the samples that have the input, and `samples [m]`: which they are. */
function compact({ rows, present, width }: InputVectors): Record<'vectors' | 'samples', HostArray> {
  const indices = Int32Array.from(present.keys()).filter((index) => present[index]);
  const vectors = new Float32Array(indices.length * width);
  for (const [place, index] of indices.entries())
    vectors.set(rows.subarray(index * width, (index + 1) * width), place * width);
  return {
    vectors: { dtype: 'float32', shape: [indices.length, width], data: vectors },
    samples: { dtype: 'int32', shape: [indices.length], data: indices },
  };
}
