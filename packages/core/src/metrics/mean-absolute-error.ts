import { CONTRACT, definePlugin, type Evaluation, METRIC, type Metric } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { numbersOf } from '../heads/number-target.js';
import { bootstrapMean } from './bootstrap-mean.js';

const ID = '@modalkit/core/meanAbsoluteError';
const schema = z.strictObject({
  /** A `regress` or `rate` head. */
  head: z.string(),
  /** Column of the numbers or the level; the head's name when left out. */
  target: z.string().optional(),
});

export type MeanAbsoluteErrorOptions = z.input<typeof schema>;

/**
 * Mean absolute error of a head's `values`, `meanAbsoluteError/<head>`, in the column's own unit or in levels, over a sample's
 * numbers and the samples that have the target, with a bootstrap interval over samples. Each sample's error is kept beside.
 */
export const meanAbsoluteError = definePlugin((options: MeanAbsoluteErrorOptions) => {
  const { head, target = options.head } = parseOptions(schema, options, ID);
  const metric: Metric & { readonly options: MeanAbsoluteErrorOptions } = {
    id: ID,
    options: { head, target },
    heads: [head],
    targets: [target],
    measure: async (evaluation) => {
      const errors = errorsOf(evaluation, head, target);
      const key = `meanAbsoluteError/${head}`;
      return { values: bootstrapMean(errors, key), figures: [], bySample: { [key]: errors } };
    },
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

/** Of each sample; NaN where it has no such target. */
function errorsOf(evaluation: Evaluation, head: string, target: string): number[] {
  const { rows, width } = evaluation.output(`${head}/values`);
  const spec = evaluation.targets[target]!;
  return evaluation.samples.map(({ targets }, row) => {
    const value = targets[target] ?? undefined;
    if (value === undefined) return Number.NaN;
    const truth = spec.names ? [spec.collate([value]).data[0]!] : numbersOf(value)!;
    const errors = truth.map((number, column) => Math.abs(rows[row * width + column]! - number));
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  });
}
