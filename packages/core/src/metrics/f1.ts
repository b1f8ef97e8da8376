import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { type ByClassOptions, byClassMetric, byClassOptions, type ClassStatistic } from './by-class-metric.js';
import type { ClassDecisions } from './class-decisions.js';

const ID = '@modalkit/core/f1';

/**
 * F1 of each class, `f1/<head>/<class>` = 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979), and its mean over the classes that are
 * true or decided of any sample, `f1/<head>` (macro F1).
 */
export const f1 = definePlugin((options: ByClassOptions) =>
  byClassMetric(ID, 'f1', parseOptions(byClassOptions, options, ID), statisticOf),
);

function statisticOf({ names, samples, truth, decided }: ClassDecisions, column: number): ClassStatistic {
  const at = (row: number) => row * names.length + column;
  const rows = Array.from({ length: samples }, (_, row) => row).filter((row) => truth[at(row)] || decided[at(row)]);
  return (times) => {
    let [hits, misses] = [0, 0];
    for (const row of rows) {
      if (truth[at(row)] === decided[at(row)]) hits += times[row]!;
      else misses += times[row]!;
    }
    return (2 * hits) / (2 * hits + misses);
  };
}
