import type { Tensor, Tf } from '@modalkit/contract';

/** A logarithm of next to nothing: exp() of it is 0, and sums of many stay finite. */
export const NEVER = -1e9;

/** How paths move through W states in K steps; all weights are logarithms. */
export interface Moves {
  /** `[K,B,D,W]`: 0 where a move of kind d into a state is open at a step, else `NEVER` or less. */
  readonly open: Tensor;
  /**
   * `[D,W]` int32: the column that a move comes from, in the states after the last step, followed by those of as many
   * steps before as there are `initial` ones, followed by `entry`.
   */
  readonly origins: Tensor;
  /** `[B,W]` for each step that the origins look back to, the last one first. */
  readonly initial: readonly Tensor[];
  /** `[B,1]`, where paths may begin after the first step: the weight of not having begun. */
  readonly entry?: Tensor;
}

/**
 * ln of the summed weights of all ways into each state after each step, `[K,B,W]`, by the forward algorithm: from the
 * states' own weights `emit` `[K,B,W]`,
 *
 *   a_k(w) = emit_k(w) + ln sum_d exp(open_k(d, w) + a(origins(d, w))).
 *
 * Static and unrolled, ten operations a step for the whole batch.
 */
export function waysInto(tf: Tf, emit: Tensor, { open, origins, initial, entry }: Moves): Tensor {
  const scores = tf.unstack(tf.add(tf.expandDims(emit, 2), open));
  let states = [...initial];
  const after = scores.map((score) => {
    const history = entry ? [...states, entry] : states;
    const columns = history.length > 1 ? tf.concat(history, 1) : history[0]!;
    const now = logSumExp(tf, tf.add(tf.gather(columns, origins as never, 1), score));
    states = [now, ...states.slice(0, -1)];
    return now;
  });
  return tf.stack(after);
}

/** ln sum exp over the second dimension, `[B,D,W]` -> `[B,W]`. */
function logSumExp(tf: Tf, x: Tensor): Tensor {
  const most = tf.max(x, 1, true);
  const sum = tf.sum(tf.exp(tf.sub(x, most)), 1);
  return tf.add(tf.log(sum), tf.reshape(most, sum.shape));
}

export interface Paths {
  /** For the batch twice, `[2B, …]`: as it is, then with steps and states in reverse order. */
  readonly moves: Moves;
  /** `[B,W]`: 0 for the states that a path may end in, else `NEVER`. */
  readonly ends: Tensor;
}

/**
 * -ln of the summed weights of all paths, `[B]`; a state that is only passed on has the constant weight 0. The gradient by
 * `emit` is minus the share of the paths that are in a state, exp(forward + backward - emit - ln sum). The backward pass
 * is the forward pass of the reversed lattice and runs beside it, so no step need be recorded for differentiation.
 */
export function pathCost(tf: Tf, emit: Tensor, { moves, ends }: Paths): Tensor {
  const cost = tf.customGrad(((weights: Tensor, save: (tensors: Tensor[]) => void) => {
    const [steps, batch, states] = weights.shape as [number, number, number];
    const both = waysInto(tf, tf.concat([weights, tf.reverse(weights, [0, 2])], 1), moves);
    const [forward, reversed] = tf.split(both, 2, 1) as [Tensor, Tensor];
    const last = tf.reshape(tf.slice(forward, [steps - 1, 0, 0], [1, batch, states]), [batch, states]);
    const sum = logSumExp(tf, tf.expandDims(tf.add(last, ends), 2));
    const through = tf.sub(tf.add(forward, tf.reverse(reversed, [0, 2])), weights);
    save([tf.exp(tf.minimum(tf.sub(through, sum), 0))]);
    const gradFunc = (dy: Tensor, [share]: Tensor[]) => tf.neg(tf.mul(share!, tf.reshape(dy, [1, batch, 1])));
    return { value: tf.neg(tf.reshape(sum, [batch])), gradFunc };
  }) as never);
  return cost(emit as never) as Tensor;
}

/** 0 where a condition holds, `NEVER` elsewhere. */
export function openWhere(tf: Tf, condition: Tensor): Tensor {
  return tf.mul(tf.sub(1, tf.cast(condition, 'float32')), NEVER);
}

/** A tensor and its reverse in some dimensions, one after the other along `axis`. */
export function bothWays(tf: Tf, x: Tensor, reversed: number[], axis: number): Tensor {
  return tf.concat([x, tf.reverse(x, reversed)], axis);
}
