import type { Tensor, Tf } from '@modalkit/contract';
import type { TrainOptions } from './train-options.js';

/** What an update rule sees: vectors of N numbers, one for each number of every trainable weight. */
export interface Update {
  readonly weights: Tensor;
  readonly gradients: Tensor;
  /** The rule's own vectors by slot name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** What `factors` gave, for each number. */
  readonly factors: readonly Tensor[];
  /** Learning rate of each number. */
  readonly learningRate: Tensor;
  /** 1 where weight decay applies, else 0. */
  readonly decay: Tensor;
}

/** An update rule without state of its own: old vectors in, new vectors out. */
export interface Optimiser {
  readonly slots: readonly string[];
  /** `[K]` numbers of each weight from how many updates it has had, this one included. */
  factors(tf: Tf, count: Tensor): readonly Tensor[];
  update(tf: Tf, update: Update): { readonly weights: Tensor; readonly slots: Readonly<Record<string, Tensor>> };
}

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019):
 * m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w -= lr (m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps) + wd w).
 * With r = sqrt(1-b2^t) that is w (1 - lr wd) - (lr r / (1-b1^t)) m / (sqrt(v) + eps r), where what stands in brackets is one
 * number a weight: fewer passes over the weights.
 */
export function adamw({
  beta1,
  beta2,
  epsilon,
  weightDecay,
}: {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}): Optimiser {
  return {
    slots: ['first', 'second'],
    factors: (tf, count) => {
      const [first, second] = [beta1, beta2].map((beta) => tf.sub(1, tf.pow(beta, count)));
      const root = tf.sqrt(second!);
      return [tf.div(root, first!), tf.mul(root, epsilon)];
    },
    update(tf, { weights, gradients, slots, factors: [scale, small], learningRate, decay }) {
      const first = tf.add(tf.mul(slots.first!, beta1), tf.mul(gradients, 1 - beta1));
      const second = tf.add(tf.mul(slots.second!, beta2), tf.mul(tf.square(gradients), 1 - beta2));
      const direction = tf.div(first, tf.add(tf.sqrt(second), small!));
      const kept = tf.sub(1, tf.mul(tf.mul(learningRate, decay), weightDecay));
      const moved = tf.sub(tf.mul(weights, kept), tf.mul(direction, tf.mul(learningRate, scale!)));
      return { weights: moved, slots: { first, second } };
    },
  };
}

/** Stochastic gradient descent with heavy-ball momentum (Polyak 1964) and decoupled weight decay: u = mu u + g, w -= lr (u + wd w). */
export function sgd({ momentum, weightDecay }: { momentum: number; weightDecay: number }): Optimiser {
  return {
    slots: ['velocity'],
    factors: () => [],
    update(tf, { weights, gradients, slots, learningRate, decay }) {
      const velocity = tf.add(tf.mul(slots.velocity!, momentum), gradients);
      const change = tf.add(velocity, tf.mul(tf.mul(weights, decay), weightDecay));
      return { weights: tf.sub(weights, tf.mul(learningRate, change)), slots: { velocity } };
    },
  };
}

/** The rule that a config asks for. */
export function optimiserOf(options: TrainOptions['optimiser']): Optimiser {
  return options.kind === 'adamw' ? adamw(options) : sgd(options);
}
