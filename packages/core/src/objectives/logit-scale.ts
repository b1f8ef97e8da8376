import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

/** Declares the scalar `logitScale`, kept as a logarithm in [0, ln 100] after each update (Radford et al. 2021). */
export function initLogitScale(context: InitContext, value: number): void {
  context.weight('logitScale', [], { kind: 'constant', value }, { decay: false, clamp: [0, Math.log(100)] });
}

/** The factor of the cosines: exp(logitScale). */
export function logitScale(context: StepContext): Tensor {
  return context.tf.exp(context.weight('logitScale'));
}
