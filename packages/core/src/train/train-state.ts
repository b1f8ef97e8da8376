import type { HostArray, Tensor } from '@modalkit/contract';
import type { CheckpointContent } from '../checkpoint/index.js';
import { readWeights } from './model.js';
import type { Trainable } from './training-step.js';

/**
 * The tensors of a checkpoint: `weights` by weight name, `optimiser` by `<slot>/<weight>` and `count/<weight>`.
 * Everything is keyed by name, so that freezing other weights or composing more inputs moves nothing.
 */
export async function readTrainable(trainable: Trainable): Promise<CheckpointContent['tensors']> {
  const { flat, state, model } = trainable;
  const optimiser = new Map<string, HostArray>();
  for (const [slot, vector] of Object.entries(state.slots)) {
    const values = (await vector.data()) as Float32Array;
    eachWeight(trainable, (name, shape, from, to) =>
      optimiser.set(`${slot}/${name}`, { dtype: 'float32', shape, data: values.slice(from, to) }),
    );
  }
  const counts = (await state.count.data()) as Float32Array;
  for (const [index, { name }] of flat.specs.entries()) {
    optimiser.set(`count/${name}`, { dtype: 'float32', shape: [1], data: counts.slice(index, index + 1) });
  }
  return { weights: await readWeights(model), optimiser };
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
  for (const slot of Object.keys(state.slots)) {
    const values = state.slots[slot]!.dataSync().slice() as Float32Array;
    eachWeight(trainable, (name, _, from) => {
      const part = saved.get(`${slot}/${name}`);
      if (part) values.set(part.data as Float32Array, from);
    });
    state.slots[slot] = replace(state.slots[slot]!, values);
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
  const values = (await average.data()) as Float32Array;
  eachWeight(trainable, (name, shape, from, to) =>
    weights.set(name, { dtype: 'float32', shape, data: values.slice(from, to) }),
  );
  return weights;
}

function eachWeight(
  { flat }: Trainable,
  visit: (name: string, shape: readonly number[], from: number, to: number) => void,
): void {
  let from = 0;
  flat.specs.forEach(({ name, shape }, index) => {
    const to = from + flat.sizes[index]!;
    visit(name, shape, from, to);
    from = to;
  });
}
