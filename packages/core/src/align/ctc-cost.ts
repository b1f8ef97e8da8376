import type { Tensor, Tf } from '@modalkit/contract';
import { bothWays, type Moves, NEVER, openWhere, pathCost } from './lattice.js';

export interface CtcCost {
  /** `[B]`: -ln of the probability of the labels; finite but without meaning where they are impossible. */
  readonly cost: Tensor;
  /** `[B]` bool: there are tokens, and enough of them for the labels and a blank between equal neighbours. */
  readonly possible: Tensor;
}

/**
 * Connectionist temporal classification (Graves et al. 2006): -ln of the summed probability of all ways to read the
 * labels off the valid tokens, one class a token, repeats merged and blanks left out. Invalid tokens are passed over as
 * if they were not there, wherever they stand.
 * @param logProbabilities `[B,T,C]`, class 0 is the blank
 * @param valid `[B,T]` bool
 * @param labels `[B,L]` int32 in 1..C-1, then zeros
 */
export function ctcCost(tf: Tf, logProbabilities: Tensor, valid: Tensor, labels: Tensor): CtcCost {
  const [batch, , classes] = logProbabilities.shape as [number, number, number];
  const most = labels.shape[1]!;
  const states = 2 * most + 1;
  const length = tf.sum(tf.cast(tf.greater(labels, 0), 'float32'), 1, true);
  const blanks = tf.zerosLike(labels);
  const extended = tf.concat(
    [tf.reshape(tf.stack([blanks, labels], 2), [batch, 2 * most]), tf.slice(blanks, [0, 0], [batch, 1])],
    1,
  );
  const chosen = tf.cast(tf.equal(tf.expandDims(extended, 2), tf.range(0, classes, 1, 'int32')), 'float32');
  const real = tf.expandDims(tf.cast(tf.transpose(valid), 'float32'), 2);
  const emit = tf.mul(tf.transpose(tf.matMul(logProbabilities, chosen, false, true), [1, 0, 2]), real);
  const place = tf.range(0, states);
  const beyond = tf.sub(tf.mul(length, 2), place);
  const ends = openWhere(tf, tf.logicalAnd(tf.greaterEqual(beyond, 0), tf.lessEqual(beyond, 1)));
  const begins = tf.concat([tf.zerosLike(length), tf.sub(states - 1, tf.mul(length, 2))], 0);
  const initial = [openWhere(tf, tf.equal(begins, place))];
  const moves = { ...movesOf(tf, extended, real), initial };
  return { cost: pathCost(tf, emit, { moves, ends }), possible: possible(tf, valid, labels, length) };
}

/** Stay, go on, pass over a blank between different labels; at an invalid token only stay. */
function movesOf(tf: Tf, extended: Tensor, real: Tensor): Omit<Moves, 'initial'> {
  const states = extended.shape[1]!;
  const steps = [0, 1, 2];
  const places = Array.from({ length: states }, (_, place) => place);
  const origins = steps.map((step) => places.map((place) => Math.max(0, place - step)));
  const inside = steps.map((step) => places.map((place) => (place < step ? NEVER : 0)));
  const twice = bothWays(tf, extended, [1], 0);
  const before = tf.gather(twice, tf.tensor1d(origins[2]!, 'int32'), 1);
  const equal = tf.mul(tf.cast(tf.equal(twice, before), 'float32'), NEVER);
  const passes = tf.mul(tf.expandDims(equal, 1), tf.tensor2d([[0], [0], [1]]));
  const halted = tf.expandDims(openWhere(tf, bothWays(tf, real, [0], 1)), 3);
  const open = tf.add(tf.add(tf.tensor2d(inside), passes), tf.mul(halted, tf.tensor2d([[0], [1], [1]])));
  return { open, origins: tf.tensor2d(origins, undefined, 'int32') };
}

/** As many valid tokens as labels and as neighbours that are equal, and one at least. */
function possible(tf: Tf, valid: Tensor, labels: Tensor, length: Tensor): Tensor {
  const [batch, most] = labels.shape as [number, number];
  const later = tf.slice(labels, [0, 1], [batch, most - 1]);
  const same = tf.equal(later, tf.slice(labels, [0, 0], [batch, most - 1]));
  const repeats = tf.sum(tf.cast(tf.logicalAnd(same, tf.greater(later, 0)), 'float32'), 1);
  const needed = tf.maximum(tf.add(tf.reshape(length, [batch]), repeats), 1);
  return tf.greaterEqual(tf.sum(tf.cast(valid, 'float32'), 1), needed);
}
