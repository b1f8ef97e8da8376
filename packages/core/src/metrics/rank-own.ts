import { similarityRows } from './similarity-rows.js';

export interface Ranks {
  /** By query, how many other candidates are at least as similar as its own: 0 is the best. */
  readonly ranks: Float64Array;
  /** Queries with a label whose most similar candidate has the same label. */
  readonly classHits: number;
  /** Queries with a label. */
  readonly classQueries: number;
}

/**
 * Ranks each query's own candidate, the one in the same row, among all. Ties count against it: a candidate as similar
 * as the own one stands before it, and a class is only hit when no candidate of another class is as similar.
 * @param labels class of each row, -1 where unknown
 */
export function rankOwn(queries: Float32Array, candidates: Float32Array, width: number, labels: Int32Array): Ranks {
  const ranks = new Float64Array(labels.length);
  let [classHits, classQueries] = [0, 0];
  similarityRows(queries, candidates, width, (row, cosines) => {
    ranks[row] = countAtLeast(cosines, cosines[row]!) - 1;
    if (labels[row]! < 0) return;
    classQueries += 1;
    if (classWins(cosines, labels, labels[row]!)) classHits += 1;
  });
  return { ranks, classHits, classQueries };
}

function countAtLeast(values: Float32Array, bound: number): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (values[index]! >= bound) count += 1;
  return count;
}

/** The best candidate of the class is more similar than every candidate of another. */
function classWins(cosines: Float32Array, labels: Int32Array, label: number): boolean {
  let [same, other] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < cosines.length; index++) {
    if (labels[index] === label) same = Math.max(same, cosines[index]!);
    else other = Math.max(other, cosines[index]!);
  }
  return same > other;
}
