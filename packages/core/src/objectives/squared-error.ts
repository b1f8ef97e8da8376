import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { sampleLoss, sampleLossOptions } from './sample-loss.js';

const ID = '@modalkit/core/squaredError';
const schema = z.strictObject(sampleLossOptions);

export type SquaredErrorOptions = z.input<typeof schema>;

/** Mean squared error of a `regress` head, in its deviations: L = mean_i e_i^2. */
export const squaredError = definePlugin((options: SquaredErrorOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return sampleLoss(ID, parsed, {
    output: 'standard',
    heads: 'a `regress` head',
    costs: (tf, predicted, values) => tf.mean(tf.square(tf.sub(predicted, values)), 1),
  });
});
