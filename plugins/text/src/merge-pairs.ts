import TinyQueue from 'tinyqueue';

/** A word of the corpus as indices of symbols, and how often it occurs. */
export interface CountedWord {
  symbols: number[];
  readonly count: number;
}

export interface Merges {
  /** All symbols: those given, then one a merge. */
  readonly symbols: string[];
  /** Pairs in the order they were merged. */
  readonly merges: [string, string][];
}

interface Candidate {
  readonly pair: number;
  readonly count: number;
}

/** A pair of symbol indices as one number. */
const BASE = 2 ** 21;
/** A pair that occurs once is not worth a symbol. */
const LEAST_COUNT = 2;

/**
 * Byte-pair encoding (Sennrich et al. 2016): merges the most frequent pair of neighbours until there are `size` symbols
 * or no pair occurs twice. Of equally frequent pairs the one with the earlier symbols comes first, so the result is a
 * function of the counts alone. Only the counts beside a merge change: the work is about linear in the distinct words.
 * @param words changed in place
 * @param join the text of a merged symbol
 */
export function mergePairs(
  words: readonly CountedWord[],
  alphabet: readonly string[],
  size: number,
  join: (left: string, right: string) => string,
): Merges {
  const symbols = [...alphabet];
  const indices = new Map(symbols.map((symbol, index) => [symbol, index]));
  const merges: [string, string][] = [];
  const pairs = new PairCounts(words);
  for (let pair = pairs.take(); pair !== undefined && symbols.length < size; pair = pairs.take()) {
    const [left, right] = [symbols[Math.floor(pair / BASE)]!, symbols[pair % BASE]!];
    const text = join(left, right);
    const merged = indices.get(text) ?? symbols.push(text) - 1;
    indices.set(text, merged);
    merges.push([left, right]);
    pairs.merge(pair, merged);
  }
  return { symbols, merges };
}

/** How often each pair of neighbours occurs, in which words, and which occurs most. */
class PairCounts {
  private readonly counts = new Map<number, number>();
  private readonly places = new Map<number, Set<CountedWord>>();
  private readonly changed = new Set<number>();
  private readonly queue = new TinyQueue<Candidate>([], (a, b) => b.count - a.count || a.pair - b.pair);

  constructor(words: readonly CountedWord[]) {
    for (const word of words)
      for (let i = 1; i < word.symbols.length; i++) this.add(word, word.symbols[i - 1], word.symbols[i], word.count);
    this.enqueue();
  }

  /** The most frequent pair; entries whose count has changed since are stale and passed over. */
  take(): number | undefined {
    for (let next = this.queue.pop(); next; next = this.queue.pop()) {
      if (this.counts.get(next.pair) === next.count) return next.pair;
    }
    return undefined;
  }

  merge(pair: number, merged: number): void {
    for (const word of this.places.get(pair) ?? []) word.symbols = this.mergeIn(word, pair, merged);
    this.counts.delete(pair);
    this.places.delete(pair);
    this.changed.delete(pair);
    this.enqueue();
  }

  /** The word with every occurrence of the pair, from the left, merged; counts only the neighbours anew. */
  private mergeIn(word: CountedWord, pair: number, merged: number): number[] {
    const { symbols, count } = word;
    const [left, right] = [Math.floor(pair / BASE), pair % BASE];
    const result: number[] = [];
    for (let i = 0; i < symbols.length; i++) {
      if (symbols[i] !== left || symbols[i + 1] !== right) {
        result.push(symbols[i]!);
        continue;
      }
      const [before, after] = [result.at(-1), symbols[i + 2]];
      this.add(word, before, left, -count);
      this.add(word, before, merged, count);
      this.add(word, right, after, -count);
      this.add(word, merged, after, count);
      result.push(merged);
      i++;
    }
    return result;
  }

  /** Counts a pair up or down; there is none at the ends of a word. */
  private add(word: CountedWord, left: number | undefined, right: number | undefined, count: number): void {
    if (left === undefined || right === undefined) return;
    const pair = left * BASE + right;
    this.counts.set(pair, (this.counts.get(pair) ?? 0) + count);
    this.changed.add(pair);
    if (count < 0) return;
    const words = this.places.get(pair);
    if (words) words.add(word);
    else this.places.set(pair, new Set([word]));
  }

  private enqueue(): void {
    for (const pair of this.changed) {
      const count = this.counts.get(pair) ?? 0;
      if (count >= LEAST_COUNT) this.queue.push({ pair, count });
    }
    this.changed.clear();
  }
}
