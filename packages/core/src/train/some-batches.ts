import type { Sample } from '@modalkit/contract';
import type { Loader } from '../data/index.js';
import type { Model } from './model.js';
import { type StepBatch, stepBatch } from './step-batch.js';

/** Batches on the way; each one's tensors live until the next is asked for. */
export type SomeBatches = AsyncIterable<{ readonly samples: readonly Sample[]; readonly batch: StepBatch }>;

/** At most so many samples from all over a split, batch by batch, without augmentation: for a look at the model beside its training. */
export async function* someBatches(
  { runtime, backend }: Model,
  loader: Loader,
  samples: readonly Sample[],
  most: number,
): SomeBatches {
  const count = Math.min(most, samples.length);
  const some = Array.from({ length: count }, (_, index) => samples[Math.floor((index * samples.length) / count)]!);
  for (let from = 0; from < count; from += runtime.data.batch) {
    const own = some.slice(from, from + runtime.data.batch);
    const batch = stepBatch(backend.tf, await loader.batchOf(own), runtime.seed, from);
    try {
      yield { samples: own, batch };
    } finally {
      backend.tf.dispose(batch as never);
    }
  }
}
