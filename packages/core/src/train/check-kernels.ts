import { ModalkitError, type Sample } from '@modalkit/contract';
import type { Loader, States } from '../data/index.js';
import { createModel } from './model.js';
import type { RunOptions } from './run-types.js';
import { stepBatch } from './step-batch.js';
import { createTrainable, trainingStep } from './training-step.js';

/**
 * Runs one step of two samples on plain JS, which has every kernel, and asks the run's backend for each of them,
 * those of gradients and optimiser included.
 * @throws ModalkitError BACKEND that names what is missing
 */
export async function checkKernels(
  { runtime, backend, preflight }: RunOptions,
  loader: Loader,
  states: States,
  some: readonly Sample[],
): Promise<void> {
  if (!preflight || backend.id === 'js') return;
  const { tf } = backend;
  const chosen = tf.getBackend();
  const host = await loader.batchOf(some.slice(0, 2));
  let kernels: Iterable<string> = [];
  try {
    const plain = await preflight.backend();
    await tf.setBackend('cpu');
    const trainable = createTrainable(createModel(runtime, plain, states));
    const batch = stepBatch(tf, host, runtime.seed, 0);
    const rate = tf.scalar(0);
    ({ kernels } = preflight.record(tf, () => trainingStep(trainable, [batch], rate).values.dispose()));
    tf.dispose([rate, batch as never]);
    trainable.dispose();
    trainable.model.dispose();
  } finally {
    await tf.setBackend(chosen);
  }
  const missing = preflight.missing(kernels, tf);
  if (missing.length === 0) return;
  throw new ModalkitError(
    'BACKEND',
    `The ${backend.id} backend cannot train this project: it has no ${missing.join(', ')}. Run \`modalkit backend install\` for the native backend, or choose encoders without these operations.`,
    { missing },
  );
}
