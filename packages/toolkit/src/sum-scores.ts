import type { StandardScores } from '@modalkit/contract';

/**
 * Sums of a series' standard scores, for an adapter's `standardScores`.
 * @param places first place, the one behind the last, and from one to the next
 * @param scoreAt the score at a place; undefined where nothing was measured
 */
export function sumScores(
  name: string,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  scoreAt: (at: number) => number | undefined,
): StandardScores {
  let [count, sum, squares] = [0, 0, 0];
  for (let at = from; at < to; at += step) {
    const score = scoreAt(at);
    if (score === undefined) continue;
    count++;
    sum += score;
    squares += score * score;
  }
  return { name, count, sum, squares };
}
