import type { StepContext } from './context.js';
import type { Tensor } from './tf.js';

/** Weighs the means of the terms into one total inside the step. Its weights begin with `objectives/balancer/`. */
export interface Balancer {
  readonly id: string;
  init?(terms: readonly string[], context: import('./context.js').InitContext): void;
  /** Terms by objective, each a scalar mean with the objective's configured weight. Returns the scalar total. */
  total(
    terms: Readonly<Record<string, { readonly mean: Tensor; readonly weight: number }>>,
    context: StepContext,
  ): Tensor;
}
