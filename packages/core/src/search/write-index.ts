import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostArray, Sample } from '@modalkit/contract';
import { onDisk, writeSafetensors } from '../checkpoint/index.js';
import { syncFolder, writeSynced } from '../checkpoint/write-synced.js';
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
 * one, and a line of JSON for each sample, so that only what is found is parsed. Written beside an index that is there, which then
 * makes room for it as a whole.
 * @throws ModalkitError DISK; an index that was there is then untouched
 */
export async function writeIndex(
  folder: string,
  samples: readonly Sample[],
  inputs: Readonly<Record<string, InputVectors>>,
): Promise<void> {
  const aside = `.index.${randomUUID()}.tmp`;
  const files = indexFiles(folder, aside);
  try {
    await onDisk(files.folder, () => mkdir(files.folder, { recursive: true }));
    await writeSynced(files.samples, Buffer.concat(samples.map(lineOf)));
    for (const [name, vectors] of Object.entries(inputs)) {
      const tensors = new Map(Object.entries(compact(vectors)));
      await writeSynced(files.vectors(name), writeSafetensors(tensors));
    }
    await syncFolder(files.folder);
    await replace(folder, files.folder);
  } catch (error) {
    await rm(files.folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Gives an index its place. A kill between the two renames leaves no index, never a mixed one. */
async function replace(folder: string, aside: string): Promise<void> {
  const place = indexFiles(folder).folder;
  const old = join(folder, `.index.${randomUUID()}.old`);
  await onDisk(place, async () => {
    const replaced = await rename(place, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
    await rename(aside, place).catch(async (error) => {
      if (replaced) await rename(old, place);
      throw error;
    });
    await rm(old, { recursive: true, force: true });
  });
  await syncFolder(folder);
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
