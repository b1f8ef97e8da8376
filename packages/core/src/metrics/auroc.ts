import { definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { type ByClassOptions, byClassMetric, byClassOptions } from './by-class-metric.js';
import { countSteps, rankedClass } from './ranked-class.js';

const ID = '@modalkit/core/auroc';

/**
 * Area under the receiver operating characteristic of each class against the rest, `auroc/<head>/<class>`: how often a sample
 * of the class scores above one of no such class, a tie as a half (Hanley and McNeil 1982). `auroc/<head>` is the mean of the
 * classes of which there are samples and samples without.
 */
export const auroc = definePlugin((options: ByClassOptions) =>
  byClassMetric(ID, 'auroc', parseOptions(byClassOptions, options, ID), (decisions, column) => {
    const ranked = rankedClass(decisions, column);
    return (times) => areaUnder(countSteps(ranked, times));
  }),
);

/** A positive of a step wins over the negatives of later steps, and half over those of its own. */
export function areaUnder(steps: readonly { readonly yes: number; readonly no: number }[]): number {
  let [yes, no, wins] = [0, 0, 0];
  for (const step of steps) {
    wins += step.no * (yes + step.yes / 2);
    yes += step.yes;
    no += step.no;
  }
  return wins / (yes * no);
}
