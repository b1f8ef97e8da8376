import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { type ByClassOptions, byClassMetric, byClassOptions } from './by-class-metric.js';
import { countSteps, rankedClass } from './ranked-class.js';

const ID = '@modalkit/core/averagePrecision';

/**
 * Average precision of each class, `averagePrecision/<head>/<class>`: the area under its precision-recall curve as a sum over
 * the scores from the highest down, AP = sum_n (R_n - R_(n-1)) P_n, without interpolation and equal scores as one. The mean over
 * the classes of which there are samples is `averagePrecision/<head>`.
 */
export const averagePrecision = definePlugin((options: ByClassOptions) =>
  byClassMetric(ID, 'averagePrecision', parseOptions(byClassOptions, options, ID), (decisions, column) => {
    const ranked = rankedClass(decisions, column);
    return (times) => precision(countSteps(ranked, times));
  }),
);

function precision(steps: readonly { readonly yes: number; readonly no: number }[]): number {
  let [yes, all, sum] = [0, 0, 0];
  for (const step of steps) {
    yes += step.yes;
    all += step.yes + step.no;
    if (step.yes > 0) sum += (step.yes * yes) / all;
  }
  return sum / yes;
}
