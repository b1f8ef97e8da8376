import type { Tensor, Tf, Variable } from '@modalkit/contract';
import type { WeightSpec } from './weight-spec.js';

/** The trainable weights of a step as one flat vector of N numbers, so that an update is a dozen operations in all. */
export interface FlatWeights {
  readonly specs: readonly WeightSpec[];
  readonly variables: readonly Variable[];
  readonly sizes: readonly number[];
  /** `[N]` int32: which weight, 0..K-1, each number belongs to. */
  readonly segment: Tensor;
  /** Vectors `[K]` of numbers of each weight -> vectors `[N]`, by one gather for all of them. */
  expand(perWeight: readonly Tensor[]): Tensor[];
  /** Tensors of the weights' shapes (null for zeros) -> `[N]`. */
  join(tensors: readonly (Tensor | null | undefined)[]): Tensor;
  /** `[N]` -> tensors of the weights' shapes. */
  split(flat: Tensor): Tensor[];
}

/** Lays the given weights end to end in their order. */
export function flatWeights(
  tf: Tf,
  entries: readonly { readonly spec: WeightSpec; readonly variable: Variable }[],
): FlatWeights {
  const specs = entries.map((entry) => entry.spec);
  const sizes = specs.map((spec) => spec.shape.reduce((product, extent) => product * extent, 1));
  const ids = new Int32Array(sizes.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  sizes.forEach((size, index) => {
    ids.fill(index, offset, offset + size);
    offset += size;
  });
  const segment = tf.keep(tf.tensor1d(ids, 'int32'));
  return {
    specs,
    variables: entries.map((entry) => entry.variable),
    sizes,
    segment,
    expand: (perWeight) => tf.unstack(tf.gather(tf.stack([...perWeight], 1), segment), 1),
    join: (tensors) =>
      tf.concat(tensors.map((tensor, index) => (tensor ? tf.reshape(tensor, [-1]) : tf.zeros([sizes[index]!])))),
    split: (flat) =>
      (tf.split(flat, [...sizes]) as Tensor[]).map((part, index) => tf.reshape(part, [...specs[index]!.shape])),
  };
}
