import { CONTRACT, definePlugin, OBJECTIVE, type Objective, type Tensor } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { headOutput } from './head-output.js';

const ID = '@modalkit/core/captioning';
const schema = z.strictObject({
  /** A `decoder` head. */
  head: z.string(),
  /** Share of the probability that is spread evenly over all classes (Szegedy et al. 2016), 0..1. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  weight: z.number().min(0).default(1),
});

export type CaptioningOptions = z.input<typeof schema>;

/**
 * Cross entropy of the tokens that a `decoder` head is to write, each given the true ones before it (teacher forcing, Williams
 * and Zipser 1989), one term named after the head. With label smoothing e: L = (1 - e) (-ln p_y) + e mean_k(-ln p_k), summed over
 * the tokens, the end included, of the samples that have the input and something to write from; its count is their number. The
 * share of tokens that are the likeliest is measured as `right`.
 */
export const captioning = definePlugin((options: CaptioningOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => objective(parsed)) };
});

function objective(options: z.output<typeof schema>): Objective {
  const { head, labelSmoothing, weight } = options;
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const output = (name: string) => headOutput(ID, view, head, name, 'a `decoder` head');
      const [costs, counted] = [output('costs'), output('counted')];
      const losses = tf.add(tf.mul(costs, 1 - labelSmoothing), tf.mul(output('evenCosts'), labelSmoothing));
      const term = (each: Tensor) => countedTerm(tf, each, counted);
      return { [head]: term(losses), right: { ...term(output('right')), onlyMeasured: true } };
    },
  };
}
