import type { Sample, Tensor } from '@modalkit/contract';
import type { Loader } from '../data/index.js';
import { stepBatch } from './step-batch.js';
import { gradientsOf } from './step-gradients.js';
import type { Trainable } from './trainable.js';

/** Samples of the trial that is made twice. */
const TRIAL = 8;

/** What a person should know before the first step, a sentence each. */
export async function startNotices(
  trainable: Trainable,
  loader: Loader,
  samples: readonly Sample[],
): Promise<string[]> {
  const equal = await givesEqualBytes(trainable, loader, samples.slice(0, TRIAL));
  const twice =
    'The same gradient computed twice differs on this backend: the run goes on, but resuming it will not give the same bytes.';
  return [...(equal ? [] : [twice]), ...accumulationNotices(trainable)];
}

async function givesEqualBytes(trainable: Trainable, loader: Loader, samples: readonly Sample[]): Promise<boolean> {
  const { runtime, backend } = trainable.model;
  const { tf } = backend;
  const batch = stepBatch(tf, await loader.batchOf(samples), runtime.seed, 0);
  const [first, second] = [gradientsOf(trainable, batch), gradientsOf(trainable, batch)];
  const read = (parts: readonly Tensor[]) => Promise.all(parts.map((part) => part.data()));
  const [a, b] = [await read(first), await read(second)];
  tf.dispose([first, second, batch] as never);
  return a.every((part, index) => Buffer.compare(bytesOf(part), bytesOf(b[index]!)) === 0);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** A loss that compares samples sees each batch alone: accumulating batches is not a larger batch for it. */
function accumulationNotices({ model: { runtime } }: Trainable): string[] {
  const { accumulate } = runtime.config.train;
  if (accumulate === 1) return [];
  const { batch } = runtime.data;
  const across = Object.entries(runtime.objectives).filter(([, { acrossBatch }]) => acrossBatch);
  return across.map(
    ([name]) =>
      `objectives/${name} compares the samples of a batch: with train.accumulate ${accumulate} it sees ${accumulate} batches of ${batch}, not one of ${accumulate * batch}.`,
  );
}
