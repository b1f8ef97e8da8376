import type { Tensor } from '@modalkit/contract';
import { baseName } from '../train/low-rank.js';
import type { SomeBatches } from '../train/some-batches.js';
import type { StepBatch } from '../train/step-batch.js';
import { gradientsOf } from '../train/step-gradients.js';
import type { Trainable } from '../train/trainable.js';

/**
 * How long the gradient of each input's own weights is, as a share of all inputs' together, for each batch. Inputs that share weights
 * count as the one that owns them; nothing is updated.
 */
export async function gradientShares(
  trainable: Trainable,
  batches: SomeBatches,
  inputs: readonly string[],
): Promise<Record<string, number[]>> {
  const { runtime } = trainable.model;
  const owners = [...new Set(inputs.map((input) => runtime.inputs[input]!.stateOf))];
  const shares: Record<string, number[]> = Object.fromEntries(owners.map((owner) => [owner, []]));
  for await (const { batch } of batches) {
    const lengths = gradientLengths(trainable, batch, owners);
    const read = Array.from(await lengths.data());
    lengths.dispose();
    const sum = read.reduce((a, b) => a + b, 0) || 1;
    for (const [index, owner] of owners.entries()) shares[owner]!.push(read[index]! / sum);
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
    const ofOwner = (owner: string) =>
      squares.filter((_, index) => baseName(flat.specs[index]!.name).startsWith(`${owner}/`));
    return tf.sqrt(tf.stack(owners.map((owner) => tf.addN([tf.scalar(0), ...ofOwner(owner)]))));
  });
}
