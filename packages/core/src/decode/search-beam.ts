import type { Chooser, Extension, Hypothesis } from './hypothesis.js';

/** A hypothesis' score among others of other lengths (Wu et al. 2016). */
export function beamScore({ ids, logProbability }: Hypothesis, lengthPenalty: number): number {
  return logProbability / ((5 + ids.length) / 6) ** lengthPenalty;
}

/**
 * Beam search: the likeliest extensions of all hypotheses, as many as the beam has left; each that ends makes it one narrower.
 * It stops where none can become better than the best that has ended.
 */
export function searchBeam(beam: number, lengthPenalty: number, maxTokens: number): Chooser {
  return (hypotheses, rows, finished) => {
    const best = Math.max(Number.NEGATIVE_INFINITY, ...finished.map((each) => beamScore(each, lengthPenalty)));
    // a sum of ln p only falls; divided by the penalty of the greatest length it is the most that it may come to
    const reach = Math.max(...hypotheses.map(({ logProbability }) => logProbability));
    if (best >= reach / ((5 + maxTokens) / 6) ** lengthPenalty) return [];
    const width = beam - finished.length;
    const all = hypotheses.flatMap(({ logProbability }, parent) =>
      likeliest(rows[parent]!, width).map((id): Extension => {
        return { parent, id, logProbability: logProbability + rows[parent]![id]! };
      }),
    );
    return all.sort((a, b) => b.logProbability - a.logProbability).slice(0, width);
  };
}

/** The best `count` classes, best first; of equal ones the first. */
function likeliest(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < row.length; id++) {
    if (best.length === count && row[id]! <= row[best[count - 1]!]!) continue;
    let place = best.length;
    while (place > 0 && row[best[place - 1]!]! < row[id]!) place--;
    best.splice(place, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}
