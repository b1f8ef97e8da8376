import type { Sample, Tensor } from '@modalkit/contract';
import type { Loader } from '../data/index.js';
import { type StepBatch, stepBatch } from '../train/step-batch.js';
import { gradientsOf } from '../train/step-gradients.js';
import type { Trainable } from '../train/trainable.js';
import { chunks } from './asked-sets.js';

/**
 * How long the gradient of each input's own weights is, as a share of all inputs' together, for each batch of the samples. Inputs that
 * share weights count as the one that owns them; nothing is updated.
 */
export async function gradientShares(
  trainable: Trainable,
  loader: Loader,
  samples: readonly Sample[],
  inputs: readonly string[],
): Promise<Record<string, number[]>> {
  const { runtime, backend } = trainable.model;
  const { tf } = backend;
  const owners = [...new Set(inputs.map((input) => runtime.inputs[input]!.stateOf))];
  const shares: Record<string, number[]> = Object.fromEntries(owners.map((owner) => [owner, []]));
  for (const [draw, some] of chunks(samples, runtime.data.batch).entries()) {
    const batch = stepBatch(tf, await loader.batchOf(some), runtime.seed, draw);
    const lengths = gradientLengths(trainable, batch, owners);
    const read = Array.from(await lengths.data());
    const sum = read.reduce((a, b) => a + b, 0) || 1;
    for (const [index, owner] of owners.entries()) shares[owner]!.push(read[index]! / sum);
    tf.dispose([lengths, batch] as never);
  }
  return shares;
}

/** `[owners]`: of inputs that have no trained weights of their own, 0. */
function gradientLengths(trainable: Trainable, batch: StepBatch, owners: readonly string[]): Tensor {
  const { flat, model } = trainable;
  const { tf } = model.backend;
  return tf.tidy(() => {
    const parts = gradientsOf(trainable, batch);
    const squares = flat.parts.flatMap(({ split }, part) =>
      split(parts[part]!).map((gradient) => tf.sum(tf.square(gradient))),
    );
    const ofOwner = (owner: string) => squares.filter((_, index) => flat.specs[index]!.name.startsWith(`${owner}/`));
    return tf.sqrt(tf.stack(owners.map((owner) => tf.addN([tf.scalar(0), ...ofOwner(owner)]))));
  });
}
