import type { Tensor, Tf, Variable } from '@modalkit/contract';
import type { WeightSpec } from './weight-spec.js';

/** Weights of fewer numbers lie end to end in one vector; a larger one is updated by itself. */
const LARGE = 65_536;

interface Entry {
  readonly spec: WeightSpec;
  readonly variable: Variable;
}

/**
 * The trainable weights of a step in few parts, so that an update is few operations: all small weights end to end in one vector,
 * each large one as it is, since there a copy would cost more than a call.
 */
export interface FlatWeights {
  /** K weights in the order of the parts. */
  readonly specs: readonly WeightSpec[];
  readonly variables: readonly Variable[];
  readonly sizes: readonly number[];
  readonly parts: readonly WeightPart[];
  /** Tensors that the parts keep. */
  readonly constants: readonly Tensor[];
  /** Vectors `[K]` of numbers of each weight -> for each part, what stands beside its tensor: vectors, or scalars. */
  expand(perWeight: readonly Tensor[]): Tensor[][];
}

/** Weights that are updated as one tensor. */
export interface WeightPart {
  /** Where its weights stand among all: from, and not including to. */
  readonly from: number;
  readonly to: number;
  readonly shape: readonly number[];
  /** Tensors of its weights' shapes (null for zeros) -> one of the part's shape. */
  join(tensors: readonly (Tensor | null | undefined)[]): Tensor;
  /** The way back. */
  split(joined: Tensor): Tensor[];
}

/** Lays out the given weights: small ones first, each kind in its order. */
export function flatWeights(tf: Tf, entries: readonly Entry[]): FlatWeights {
  const small = entries.filter(({ spec }) => sizeOf(spec) < LARGE);
  const large = entries.filter(({ spec }) => sizeOf(spec) >= LARGE);
  const ordered = [...small, ...large];
  const segment = tf.keep(tf.tensor1d(segmentsOf(small.map(({ spec }) => sizeOf(spec))), 'int32'));
  const vector = small.length > 0 ? [joinedPart(tf, small)] : [];
  const alone = large.map(({ spec }, index) => solePart(tf, spec, small.length + index));
  return {
    specs: ordered.map(({ spec }) => spec),
    variables: ordered.map(({ variable }) => variable),
    sizes: ordered.map(({ spec }) => sizeOf(spec)),
    parts: [...vector, ...alone],
    constants: [segment],
    expand: (perWeight) => {
      const spread = vector.map(() => {
        const table = tf.slice(tf.stack([...perWeight], 1), [0, 0], [small.length, perWeight.length]);
        return tf.unstack(tf.gather(table, segment as never), 1);
      });
      const scalars = alone.length > 0 ? perWeight.map((values) => tf.unstack(values)) : [];
      return [...spread, ...alone.map(({ from }) => scalars.map((values) => values[from]!))];
    },
  };
}

function sizeOf({ shape }: WeightSpec): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Which weight, 0, 1 …, each number of the vector belongs to. */
function segmentsOf(sizes: readonly number[]): Int32Array {
  const ids = new Int32Array(sizes.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  sizes.forEach((size, index) => {
    ids.fill(index, offset, offset + size);
    offset += size;
  });
  return ids;
}

function joinedPart(tf: Tf, entries: readonly Entry[]): WeightPart {
  const shapes = entries.map(({ spec }) => [...spec.shape]);
  const sizes = entries.map(({ spec }) => sizeOf(spec));
  return {
    from: 0,
    to: entries.length,
    shape: [sizes.reduce((sum, size) => sum + size, 0)],
    join: (tensors) =>
      tf.concat(tensors.map((tensor, index) => (tensor ? tf.reshape(tensor, [-1]) : tf.zeros([sizes[index]!])))),
    split: (joined) =>
      (tf.split(joined, [...sizes]) as Tensor[]).map((part, index) => tf.reshape(part, shapes[index]!)),
  };
}

function solePart(tf: Tf, { shape }: WeightSpec, index: number): WeightPart {
  return {
    from: index,
    to: index + 1,
    shape,
    join: ([tensor]) => tensor ?? tf.zeros([...shape]),
    split: (joined) => [joined],
  };
}
