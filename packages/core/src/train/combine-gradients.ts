import type { Combination, ObjectiveGradients, StepContext, Tensor, Tf } from '@modalkit/contract';
import type { FlatWeights } from './flat-weights.js';

/** One objective's gradient, a tensor for each part of the weights. */
interface OneGradient {
  readonly gradients: readonly Tensor[];
  /** Which weights the objective reaches. */
  readonly reaches: readonly boolean[];
}

/** Adds the objectives' gradients up as a balancer says, from their dot products. */
export function combineGradients(
  flat: FlatWeights,
  objectives: readonly OneGradient[],
  {
    means,
    counted,
  }: { readonly means: Readonly<Record<string, Tensor>>; readonly counted: Readonly<Record<string, Tensor>> },
  balancer: { readonly context: StepContext; combine(gradients: ObjectiveGradients): Combination },
): { gradients: Tensor[]; state: Record<string, Tensor> } {
  const { tf } = balancer.context;
  const reached = flat.specs.map((_, index) => objectives.filter(({ reaches }) => reaches[index]).length);
  const shared = flat
    .expand([
      tf.tensor1d(
        reached.map((count) => Number(count > 1)),
        'float32',
      ),
    ])
    .map(([flags]) => flags!);
  const {
    shared: factors,
    alone,
    state = {},
  } = balancer.combine({
    products: dotProducts(tf, objectives, shared),
    losses: tf.stack(Object.values(means)),
    counted: tf.cast(tf.greater(tf.stack(Object.values(counted)), 0), 'float32'),
  });
  const [together, apart] = [tf.unstack(factors), tf.unstack(alone)];
  const gradients = flat.parts.map((_, part) => {
    const weighed = objectives.map(({ gradients: own }, index) => {
      const factor = tf.add(tf.mul(shared[part]!, together[index]!), tf.mul(tf.sub(1, shared[part]!), apart[index]!));
      return tf.mul(own[part]!, factor);
    });
    return tf.addN(weighed) as Tensor;
  });
  return { gradients, state: { ...state } };
}

/** `[T, T]`, over the weights that are shared. */
function dotProducts(tf: Tf, objectives: readonly OneGradient[], shared: readonly Tensor[]): Tensor {
  const own = objectives.map(({ gradients }) => gradients.map((part, index) => tf.mul(part, shared[index]!)));
  const product = (a: readonly Tensor[], b: readonly Tensor[]) =>
    tf.addN(a.map((part, index) => tf.sum(tf.mul(part, b[index]!))));
  const half = own.map((a, row) => own.slice(0, row + 1).map((b) => product(a, b)));
  return tf.stack(own.map((_, row) => tf.stack(own.map((_, column) => (half[row]![column] ?? half[column]![row])!))));
}
