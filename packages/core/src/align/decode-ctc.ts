import { logProbabilities, type TokenScores } from './log-probabilities.js';

export type { TokenScores };

/** The likeliest class of each token, repeats merged, blanks left out: classes from 0. Graves et al. 2006, section 3.2. */
export function greedyDecode(scores: TokenScores): number[] {
  const best = logProbabilities(scores).map((row) => row.indexOf(Math.max(...row)));
  return best.filter((label, at) => label !== 0 && label !== best[at - 1]).map((label) => label - 1);
}

/** A list read so far, 1 + class each, and ln p of all its ways that end in a blank and of those that end in its last label. */
interface Prefix {
  readonly labels: readonly number[];
  blank: number;
  label: number;
}

/**
 * Prefix beam search (Graves 2012, chapter 7.5.3; Hannun et al. 2014): the likeliest list of classes, summed over all its
 * ways, among the `beam` likeliest beginnings kept after each token. A wide enough beam is exact.
 */
export function beamDecode(scores: TokenScores, beam: number): number[] {
  let kept: Prefix[] = [{ labels: [], blank: 0, label: Number.NEGATIVE_INFINITY }];
  for (const row of logProbabilities(scores)) {
    const next = new Map<string, Prefix>();
    for (const prefix of kept) extend(next, prefix, row);
    kept = [...next.values()].sort((a, b) => totalOf(b) - totalOf(a)).slice(0, beam);
  }
  return kept[0]!.labels.map((label) => label - 1);
}

/** Adds what a prefix becomes by one more token. */
function extend(next: Map<string, Prefix>, prefix: Prefix, row: Float64Array): void {
  const { labels, blank, label } = prefix;
  const [total, last] = [totalOf(prefix), labels.at(-1)];
  const same = at(next, labels);
  same.blank = logAdd(same.blank, total + row[0]!);
  if (last !== undefined) same.label = logAdd(same.label, label + row[last]!);
  for (let added = 1; added < row.length; added++) {
    const longer = at(next, [...labels, added]);
    // A repeat is a new label only after a blank.
    longer.label = logAdd(longer.label, (added === last ? blank : total) + row[added]!);
  }
}

function at(prefixes: Map<string, Prefix>, labels: readonly number[]): Prefix {
  const key = labels.join();
  const found = prefixes.get(key) ?? { labels, blank: Number.NEGATIVE_INFINITY, label: Number.NEGATIVE_INFINITY };
  prefixes.set(key, found);
  return found;
}

function totalOf({ blank, label }: Prefix): number {
  return logAdd(blank, label);
}

function logAdd(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
