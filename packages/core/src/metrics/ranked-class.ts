import type { ClassDecisions } from './class-decisions.js';

/** The samples by the score of one class, highest first; samples of one score are one step. */
export interface RankedClass {
  readonly order: Uint32Array;
  /** Place in `order` after each step's last sample. */
  readonly ends: readonly number[];
  /** 1 where the class is true, by sample. */
  readonly truth: Uint8Array;
}

export function rankedClass({ names, samples, scores, truth }: ClassDecisions, column: number): RankedClass {
  const width = names.length;
  const score = (row: number) => scores[row * width + column]!;
  const order = Uint32Array.from({ length: samples }, (_, row) => row).sort((a, b) => score(b) - score(a));
  const ends = [...order.keys()]
    .map((place) => place + 1)
    .filter((place) => place === samples || score(order[place]!) !== score(order[place - 1]!));
  return { order, ends, truth: Uint8Array.from(order, (_, row) => truth[row * width + column]!) };
}

/** How many samples of a step are true and how many are not, in the order of the steps. */
export function countSteps({ order, ends, truth }: RankedClass, times: Uint32Array): { yes: number; no: number }[] {
  let place = 0;
  return ends.map((end) => {
    const step = { yes: 0, no: 0 };
    for (; place < end; place++) {
      const row = order[place]!;
      if (truth[row]) step.yes += times[row]!;
      else step.no += times[row]!;
    }
    return step;
  });
}
