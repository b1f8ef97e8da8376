import { CONTRACT, definePlugin, OBJECTIVE } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { regressionObjective, regressionOptions } from './regression-objective.js';

const ID = '@modalkit/core/squaredError';
const schema = z.strictObject(regressionOptions);

export type SquaredErrorOptions = z.input<typeof schema>;

/** Mean squared error of a `regress` head: L = mean_i e_i^2. */
export const squaredError = definePlugin((options: SquaredErrorOptions) => {
  const parsed = parseOptions(schema, options, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup: (scope) =>
      scope.provide(OBJECTIVE, () => regressionObjective(ID, parsed, (tf, errors) => tf.square(errors))),
  };
});
