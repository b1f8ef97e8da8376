import type { Sample } from '@modalkit/contract';
import { isOutOfMemory } from '@modalkit/toolkit';
import type { Runtime } from '../compose/index.js';
import type { Loader } from '../data/index.js';
import { stepBatch } from './step-batch.js';
import { gradientsOf } from './step-gradients.js';
import type { Trainable } from './trainable.js';

/** Samples of the trial that is made twice, where so many go through the model at once. */
const TRIAL = 8;

/** What a person should know before the first step, a sentence each. */
export async function startNotices(
  trainable: Trainable,
  loader: Loader,
  samples: readonly Sample[],
): Promise<string[]> {
  const { microbatch = TRIAL } = trainable.model.runtime.config.train;
  const equal = await givesEqualBytes(trainable, loader, samples.slice(0, Math.min(TRIAL, microbatch)));
  const twice =
    'The same gradient computed twice differs on this backend: the run goes on, but resuming it will not give the same bytes.';
  return [...(equal ? [] : [twice]), ...pieceNotices(trainable)];
}

/** Tried with half as many samples where memory runs out; whether it holds one is for the first step to say. */
async function givesEqualBytes(trainable: Trainable, loader: Loader, samples: readonly Sample[]): Promise<boolean> {
  const { runtime, backend } = trainable.model;
  const { tf } = backend;
  const batch = stepBatch(tf, await loader.batchOf(samples), runtime.seed, 0);
  const read = async () => {
    const parts = gradientsOf(trainable, batch);
    const values = await Promise.all(parts.map((part) => part.data()));
    tf.dispose([...parts]);
    return values;
  };
  try {
    const [a, b] = [await read(), await read()];
    return a.every((part, index) => Buffer.compare(bytesOf(part), bytesOf(b[index]!)) === 0);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return samples.length <= 1 || givesEqualBytes(trainable, loader, samples.slice(0, samples.length / 2));
  } finally {
    tf.dispose(batch as never);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Where what depends on the other samples of a batch sees fewer of them than a step has. */
function pieceNotices(
  { model: { runtime } }: Trainable,
  microbatch = runtime.config.train.microbatch ?? runtime.data.batch,
): string[] {
  return [...comparisonNotices(runtime, microbatch), ...normalisationNotices(runtime, microbatch)];
}

/** Batch normalisation: its statistics, and so the gradient, are those of a piece. */
function normalisationNotices(runtime: Runtime, microbatch: number): string[] {
  const { batch } = runtime.data;
  if (microbatch >= batch) return [];
  return Object.values(runtime.inputs)
    .filter(({ adapter }) => !adapter.supports.paddingInvariant)
    .map(
      ({ name, adapter }) =>
        `inputs/${name}: ${adapter.id} states paddingInvariant: false, as batch normalisation does: with train.microbatch ${microbatch} it sees ${microbatch} samples at a time, and the gradient is not that of all ${batch}.`,
    );
}

/** Where a loss that compares samples sees fewer of them than a step has. */
function comparisonNotices(runtime: Runtime, microbatch: number): string[] {
  const { batch } = runtime.data;
  const { accumulate, cachedGradients } = runtime.config.train;
  const across = Object.entries(runtime.objectives).filter(([, { acrossBatch }]) => acrossBatch);
  return across.flatMap(([name, { fromPooled }]) => {
    const who = `objectives/${name} compares the samples of a batch:`;
    const large = accumulate * batch;
    if (microbatch < batch && !fromPooled)
      return `${who} with train.microbatch ${microbatch} it sees ${microbatch} at a time, not ${batch}, for it reads more than pooled vectors.`;
    if (accumulate === 1 || (cachedGradients && fromPooled)) return [];
    const help = fromPooled ? `; train.cachedGradients: true makes it one of ${large}` : '';
    return `${who} with train.accumulate ${accumulate} it sees ${accumulate} batches of ${batch}, not one of ${large}${help}.`;
  });
}

/** Memory ran out, and the step goes through the model in smaller pieces. @param step counted from 1 */
export function halvedSentence(trainable: Trainable, step: number, microbatch: number): string {
  const how = microbatch === 1 ? 'one sample goes' : `${microbatch} samples go`;
  const found = `Step ${step}: memory ran out; from now on ${how} through the model at once (train.microbatch), with the gradient of the whole batch.`;
  return [found, ...pieceNotices(trainable, microbatch)].join(' ');
}
