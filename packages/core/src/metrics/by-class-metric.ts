import { CONTRACT, METRIC, type Measured, type Metric, type PluginDefinition } from '@modalkit/contract';
import { z } from 'zod';
import { bootstrapRows } from './bootstrap-rows.js';
import { type ClassDecisions, classDecisions } from './class-decisions.js';

export const byClassOptions = z.strictObject({
  /** A `classify`, `rate` or `tag` head. */
  head: z.string(),
  /** Column of the class or classes; the head's name when left out. */
  target: z.string().optional(),
});

export type ByClassOptions = z.input<typeof byClassOptions>;

/** A statistic of one class over samples that occur so many times each; NaN where it has none. */
export type ClassStatistic = (times: Uint32Array) => number;

/**
 * A metric of each class on its own, `<key>/<head>/<class>`, and the mean of the classes that have it, `<key>/<head>`, with
 * bootstrap intervals over samples.
 */
export function byClassMetric(
  id: string,
  key: string,
  { head, target = head }: z.output<typeof byClassOptions>,
  statisticOf: (decisions: ClassDecisions, column: number) => ClassStatistic,
): PluginDefinition {
  const metric: Metric & { readonly options: ByClassOptions } = {
    id,
    options: { head, target },
    heads: [head],
    targets: [target],
    measure: async (evaluation) => {
      const decisions = classDecisions(id, evaluation, head, target);
      const statistics = decisions.names.map((_, column) => statisticOf(decisions, column));
      return { values: measured(`${key}/${head}`, decisions, statistics), figures: [] };
    },
  };
  return { id, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
}

function measured(
  key: string,
  { names, samples }: ClassDecisions,
  statistics: readonly ClassStatistic[],
): Record<string, Measured> {
  const all = (times: Uint32Array) => {
    const values = statistics.map((statistic) => statistic(times));
    const known = values.filter((value) => !Number.isNaN(value));
    return [known.reduce((sum, value) => sum + value, 0) / known.length, ...values];
  };
  const results = bootstrapRows(samples, all, key, samples * names.length);
  const named = [key, ...names.map((name) => `${key}/${name}`)].map((name, index) => [name, results[index]!] as const);
  return Object.fromEntries(named.filter(([, { value }]) => !Number.isNaN(value)));
}
