import {
  CONTRACT,
  definePlugin,
  type ModelView,
  OBJECTIVE,
  type Objective,
  type Tensor,
  type Tf,
} from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { countedTerm } from './counted-term.js';
import { headOutput } from './head-output.js';
import { sampleLossOptions } from './sample-loss.js';
import { targetOf } from './target-of.js';

const ID = '@modalkit/core/svdd';
const schema = z.strictObject(sampleLossOptions);

export type SvddOptions = z.input<typeof schema>;

/**
 * One-class objective of a `oneClass` head (Deep SVDD, Ruff et al. 2018): L = mean_i |z_i - c|^2 / width over the samples that are
 * not known to be anomalous. The weight decay of the run is the paper's.
 */
export const svdd = definePlugin((options: SvddOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(OBJECTIVE, () => svddObjective(parsed)) };
});

function svddObjective(options: z.output<typeof schema>): Objective {
  const { head, target = head, weight } = options;
  const output = (view: ModelView, name: string) => headOutput(ID, view, head, name, 'a `oneClass` head');
  return {
    id: ID,
    options,
    weight,
    heads: [head],
    acrossBatch: false,
    terms(view, { tf }) {
      const row = (x: Tensor) => tf.reshape(x, [-1]);
      const counted = tf.mul(row(output(view, 'counted')), notAnomalous(tf, view, target));
      return { [head]: countedTerm(tf, row(output(view, 'distance')), counted) };
    },
  };
}

/** `[B]` float32: 0 where the column names what is wrong. */
function notAnomalous(tf: Tf, view: ModelView, target: string): Tensor {
  const { values, valid } = targetOf(ID, view, target);
  return tf.sub(1, tf.mul(tf.cast(values, 'float32'), tf.cast(valid, 'float32')));
}
