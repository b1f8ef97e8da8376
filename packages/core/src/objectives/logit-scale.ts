import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { z } from 'zod';
import { type Pair, pairTerm, unordered } from './pair-options.js';

const MESSAGE = 'expected a temperature from 0.01 to 1';

/** Temperature that a learnt one begins at: the inverse of the logit scale. */
export const temperatureOption = (value: number) => z.number(MESSAGE).min(0.01, MESSAGE).max(1, MESSAGE).default(value);

/** Declares a scalar kept as a logarithm in [0, ln 100] after each update (Radford et al. 2021). */
export function initLogitScale(context: InitContext, name: string, temperature: number, term?: string): void {
  const initialiser = { kind: 'constant', value: Math.log(1 / temperature) } as const;
  context.weight(name, [], initialiser, { decay: false, clamp: [0, Math.log(100)], term });
}

/** Declares `logitScale/a+b` of each pair. A step in which no sample has both inputs leaves it as it is. */
export function initLogitScales(context: InitContext, pairs: readonly Pair[], temperature: number): void {
  for (const pair of pairs) initLogitScale(context, `logitScale/${unordered(pair)}`, temperature, pairTerm(pair));
}

/** The factor of a pair's cosines: exp(logitScale/a+b). */
export function logitScale(context: StepContext, pair: Pair): Tensor {
  return context.tf.exp(context.weight(`logitScale/${unordered(pair)}`));
}
