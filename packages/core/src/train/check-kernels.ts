import { type Backend, type HostArray, ModalkitError, type Sample } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { HostBatch, Loader, States } from '../data/index.js';
import { declareWeights } from './declare-weights.js';
import { createModel } from './model.js';
import type { RunOptions } from './run-types.js';
import { stepBatch } from './step-batch.js';
import { createTrainable } from './trainable.js';
import { trainingStep } from './training-step.js';
import type { WeightSpecs } from './weight-spec.js';

/**
 * Runs one step of two samples, gradients and optimiser included, on the run's backend. Where that fails, the same step on
 * plain JS, which has every kernel but is slow, tells all that the backend lacks.
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
  const host = await loader.batchOf(some.slice(0, 2));
  const step = (on: Backend) => stepOnce(runtime, on, states, host);
  try {
    return step(backend);
  } catch {
    // told below, or by the run's first step when it is no kernel that is missing
  }
  const chosen = tf.getBackend();
  let kernels: Iterable<string> = [];
  try {
    const plain = await preflight.backend();
    await tf.setBackend('cpu');
    ({ kernels } = preflight.record(tf, () => step(plain)));
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

/** One step of a model of its own at learning rate 0; leaves no tensor behind, whether it fails or not. */
function stepOnce(runtime: Runtime, backend: Backend, states: States, host: HostBatch): void {
  const { tf } = backend;
  tf.engine().startScope();
  try {
    const weights = zeros(declareWeights(runtime, states));
    const trainable = createTrainable(createModel(runtime, backend, states, { weights, folder: '' }));
    const batch = stepBatch(tf, host, runtime.seed, 0);
    try {
      tf.dispose(trainingStep(trainable, [batch], tf.scalar(0)).values);
    } finally {
      tf.dispose(batch as never);
      trainable.dispose();
      trainable.model.dispose();
    }
  } finally {
    tf.engine().endScope();
  }
}

/** Quicker than drawing values that no one looks at. */
function zeros(specs: WeightSpecs): Map<string, HostArray> {
  const zeroOf = (shape: readonly number[]) => new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  return new Map([...specs].map(([name, { shape }]) => [name, { dtype: 'float32', shape, data: zeroOf(shape) }]));
}
