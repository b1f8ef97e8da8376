import {
  CONTRACT,
  type Json,
  OBJECTIVE,
  type Objective,
  type PluginDefinition,
  type Tensor,
  type Tf,
} from '@modalkit/contract';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { headOutput } from './head-output.js';
import { targetOf } from './target-of.js';

/** Options of a loss of each sample alone: a head's output against its target. */
export const sampleLossOptions = {
  /** Head whose output is scored. */
  head: z.string(),
  /** Column that the head declares; the head's name when left out. */
  target: z.string().optional(),
  weight: z.number().min(0).default(1),
};

type Options = Json & { readonly head: string; readonly target?: string; readonly weight: number };

/** What differs between such losses. */
interface SampleLoss {
  /** The output that is scored. */
  readonly output: string;
  /** The heads that have it, for an error. */
  readonly heads: string;
  /** `[B]`: what each sample's output costs against its target's values. */
  costs(tf: Tf, output: Tensor, values: Tensor): Tensor;
}

/** The plugin of such a loss: one term named after the head, the costs summed over the samples that have the target. */
export function sampleLoss(id: string, options: Options, loss: SampleLoss): PluginDefinition {
  return { id, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => objective(id, options, loss)) };
}

function objective(id: string, options: Options, { output, heads, costs }: SampleLoss): Objective {
  const { head, target = head, weight } = options;
  return {
    id,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const scored = headOutput(id, view, head, output, heads);
      const { values, valid } = targetOf(id, view, target);
      const known = tf.cast(valid, 'float32');
      return { [head]: countedTerm(tf, costs(tf, scored, values), known) };
    },
  };
}
