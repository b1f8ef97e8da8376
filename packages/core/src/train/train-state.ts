import type { HostArray, Tensor } from '@modalkit/contract';
import type { CheckpointContent } from '../checkpoint/index.js';
import { readWeights, writeWeights } from './model.js';
import type { Trainable } from './trainable.js';

/**
 * The tensors of a checkpoint: `weights` by weight name, `optimiser` by `<slot>/<weight>` and `count/<weight>`.
 * Everything is keyed by name, so that freezing other weights or composing more inputs moves nothing.
 */
export async function readTrainable(trainable: Trainable): Promise<CheckpointContent['tensors']> {
  const { flat, state, model } = trainable;
  const optimiser = new Map<string, HostArray>();
  for (const [slot, parts] of Object.entries(state.slots)) {
    const values = await readParts(parts);
    eachWeight(trainable, (name, shape, part, from, to) =>
      optimiser.set(`${slot}/${name}`, { dtype: 'float32', shape, data: values[part]!.slice(from, to) }),
    );
  }
  const counts = (await state.count.data()) as Float32Array;
  for (const [index, { name }] of flat.specs.entries()) {
    optimiser.set(`count/${name}`, { dtype: 'float32', shape: [1], data: counts.slice(index, index + 1) });
  }
  return { weights: await readWeights(model), optimiser };
}

/** Puts a checkpoint's weights and optimiser state in place of the present ones. */
export function restoreTrainable(trainable: Trainable, tensors: CheckpointContent['tensors']): void {
  writeWeights(trainable.model, tensors.weights ?? new Map());
  writeOptimiser(trainable, tensors.optimiser ?? new Map());
}

/** Puts optimiser state back; a weight that the checkpoint did not train begins afresh. */
export function writeOptimiser(trainable: Trainable, saved: ReadonlyMap<string, HostArray>): void {
  const { flat, state, model } = trainable;
  const { tf } = model.backend;
  const replace = (old: Tensor, values: Float32Array) => {
    const shape = old.shape;
    old.dispose();
    return tf.keep(tf.tensor(values, shape, 'float32'));
  };
  for (const [slot, parts] of Object.entries(state.slots)) {
    const values = parts.map((part) => part.dataSync().slice() as Float32Array);
    eachWeight(trainable, (name, _, part, from) => {
      const own = saved.get(`${slot}/${name}`);
      if (own) values[part]!.set(own.data as Float32Array, from);
    });
    state.slots[slot] = parts.map((part, index) => replace(part, values[index]!));
  }
  state.count = replace(
    state.count,
    Float32Array.from(flat.specs, ({ name }) => saved.get(`count/${name}`)?.data[0] ?? 0),
  );
}

/** The averaged weights by name, over the model's own where a weight is not averaged. */
export async function averagedWeights(trainable: Trainable): Promise<Map<string, HostArray>> {
  const weights = await readWeights(trainable.model);
  const average = trainable.state.slots.average;
  if (!average) return weights;
  const values = await readParts(average);
  eachWeight(trainable, (name, shape, part, from, to) =>
    weights.set(name, { dtype: 'float32', shape, data: values[part]!.slice(from, to) }),
  );
  return weights;
}

function readParts(parts: readonly Tensor[]): Promise<Float32Array[]> {
  return Promise.all(parts.map(async (part) => (await part.data()) as Float32Array));
}

/** Visits every weight with the part it lies in, and where there its numbers are. */
function eachWeight(
  { flat }: Trainable,
  visit: (name: string, shape: readonly number[], part: number, from: number, to: number) => void,
): void {
  for (const [part, { from, to }] of flat.parts.entries()) {
    let at = 0;
    for (let index = from; index < to; index++) {
      const { name, shape } = flat.specs[index]!;
      visit(name, shape, part, at, at + flat.sizes[index]!);
      at += flat.sizes[index]!;
    }
  }
}
