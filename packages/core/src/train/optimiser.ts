import type { Tensor, Tf } from '@modalkit/contract';
import type { TrainOptions } from './train-options.js';

/** What an update rule sees: vectors of N numbers, one for each number of every trainable weight. */
export interface Update {
  readonly weights: Tensor;
  readonly gradients: Tensor;
  /** The rule's own vectors by slot name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** How many updates each number's weight has had, this one included. */
  readonly count: Tensor;
  /** Learning rate of each number. */
  readonly learningRate: Tensor;
  /** 1 where weight decay applies, else 0. */
  readonly decay: Tensor;
}

/** An update rule without state of its own: old vectors in, new vectors out. */
export interface Optimiser {
  readonly slots: readonly string[];
  update(tf: Tf, update: Update): { readonly weights: Tensor; readonly slots: Readonly<Record<string, Tensor>> };
}

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019):
 * m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w -= lr (m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps) + wd w).
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
    update(tf, { weights, gradients, slots, count, learningRate, decay }) {
      const first = tf.add(tf.mul(slots.first!, beta1), tf.mul(gradients, 1 - beta1));
      const second = tf.add(tf.mul(slots.second!, beta2), tf.mul(tf.square(gradients), 1 - beta2));
      const debias = (value: Tensor, beta: number) => tf.div(value, tf.sub(1, tf.pow(beta, count)));
      const adam = tf.div(debias(first, beta1), tf.add(tf.sqrt(debias(second, beta2)), epsilon));
      const change = tf.add(adam, tf.mul(tf.mul(weights, decay), weightDecay));
      return { weights: tf.sub(weights, tf.mul(learningRate, change)), slots: { first, second } };
    },
  };
}

/** Stochastic gradient descent with heavy-ball momentum (Polyak 1964) and decoupled weight decay: u = mu u + g, w -= lr (u + wd w). */
export function sgd({ momentum, weightDecay }: { momentum: number; weightDecay: number }): Optimiser {
  return {
    slots: ['velocity'],
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
