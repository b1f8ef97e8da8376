import { createTokenizer } from './create-tokenizer.js';
import { type CountedWord, mergePairs } from './merge-pairs.js';
import { bpeRules, PREFIX, type TokenizerRules, tokenizerJson, UNKNOWN, wordPieceRules } from './tokenizer-json.js';

/** Longer words are counted in pieces of this many symbols, which bounds the work of one merge. */
const LONGEST_WORD = 64;

/** Trains byte-level BPE: the content of a tokenizer.json with at most `size` tokens. */
export async function trainBpe(texts: AsyncIterable<string>, size: number): Promise<object> {
  const words = countSymbols(await countWords(texts, bpeRules), byteAlphabet(), (word) => [...word]);
  const { symbols, merges } = mergePairs(words, byteAlphabet(), size, (left, right) => left + right);
  return tokenizerJson(bpeRules, { vocab: numbered(symbols), merges });
}

/** Trains WordPiece by merging pairs, as Hugging Face's trainer does: the content of a tokenizer.json. */
export async function trainWordPiece(texts: AsyncIterable<string>, size: number): Promise<object> {
  const counts = await countWords(texts, wordPieceRules);
  const alphabet = frequentPieces(counts, size - 1);
  const join = (left: string, right: string) => left + right.slice(PREFIX.length);
  const { symbols } = mergePairs(countSymbols(counts, alphabet, pieces), alphabet, size - 1, join);
  return tokenizerJson(wordPieceRules, { vocab: numbered([UNKNOWN, ...symbols]) });
}

/** How often each word occurs, cut as the finished tokenizer will cut it. */
async function countWords(texts: AsyncIterable<string>, rules: TokenizerRules): Promise<Map<string, number>> {
  const { normalizer, pre_tokenizer } = createTokenizer(tokenizerJson(rules, { vocab: {}, merges: [] }));
  const counts = new Map<string, number>();
  for await (const text of texts) {
    for (const word of pre_tokenizer!.pre_tokenize(normalizer ? normalizer.normalize(text) : text))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Words as symbol indices; those with a symbol outside the alphabet are left out. */
function countSymbols(
  counts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  split: (word: string) => string[],
): CountedWord[] {
  const indices = new Map(alphabet.map((symbol, index) => [symbol, index]));
  const words: CountedWord[] = [];
  for (const [word, count] of counts) {
    const symbols = split(word).map((symbol) => indices.get(symbol));
    if (!symbols.every((symbol) => symbol !== undefined)) continue;
    for (let start = 0; start < symbols.length; start += LONGEST_WORD)
      words.push({ symbols: symbols.slice(start, start + LONGEST_WORD), count });
  }
  return words;
}

/** `word` -> w ##o ##r ##d. */
const pieces = (word: string) => Array.from(word, (character, index) => (index === 0 ? '' : PREFIX) + character);

/** The most frequent single-character pieces; of equally frequent ones the first by code unit. */
function frequentPieces(counts: ReadonlyMap<string, number>, most: number): string[] {
  const found = new Map<string, number>();
  for (const [word, count] of counts)
    for (const piece of pieces(word)) found.set(piece, (found.get(piece) ?? 0) + count);
  return [...found]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([piece]) => piece);
}

/** The 256 characters that stand for bytes in byte-level BPE (Radford et al. 2019), by code point. */
function byteAlphabet(): string[] {
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index));
  return [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0x143)];
}

const numbered = (symbols: readonly string[]) => Object.fromEntries(symbols.map((symbol, index) => [symbol, index]));
