import type { Tensor } from './tf.js';

/**
 * Random numbers on the host, a function of (seed, step, sample, purpose) and never of call order.
 * The same purpose and index always give the same number.
 */
export interface HostRandom {
  /** Uniform in [0, 1). */
  uniform(purpose: string, index?: number): number;
}

/** Random numbers inside the step, by the backend's stateless generator, keyed by (seed, step, purpose). */
export interface StepRandom {
  /** Uniform float32 in [0, 1) of the given shape. A purpose is used once per scope and step. */
  uniform(purpose: string, shape: readonly number[]): Tensor;
}
