import { hostRandom } from '@modalkit/toolkit';
import { expect, test } from 'vitest';
import { fitTokenizer } from '../src/fit-tokenizer.js';
import { mergePairs } from '../src/index.js';
import { decodeIds, encodeString } from '../src/tokenise.js';
import { trainBpe, trainWordPiece } from '../src/train-tokenizer.js';
import { corpus, repeated } from './corpus.js';

test('merges the pairs of the paper in the order worked by hand', () => {
  // low x5, lower x2, newest x6, widest x3 (Sennrich et al. 2016), without the end-of-word sign.
  // Alphabet d e i l n o r s t w = 0..9. Counts: es 9, st 9, we 2+6=8, lo 7, ow 7, ne 6, ew 6, ...
  // 1. es and st tie at 9: e comes before s.          2. es+t 9.
  // 3. we is 8-6=2 now, since newest is n e w est: lo 7 before ow 7.   4. lo+w 7.
  // 5. ew 6, ne 6, w+est 6: e(1) before n before w.    6. n+ew 6 and ew+est 6: n(4) before ew(14).   7. new+est 6.
  // 8. de, id, wi, d+est at 3: "d e" became "d est": d(0)+est first.   9. i+dest 3 before w+i (2 < 9).  10. w+idest 3.
  // 11. low+e and e+r at 2: e(1) before low(13).      12. low+er 2.     Nothing else occurs twice.
  const alphabet = [...'deilnorstw'];
  const count = (word: string, times: number) => ({ symbols: [...word].map((c) => alphabet.indexOf(c)), count: times });
  const words = () => [count('low', 5), count('lower', 2), count('newest', 6), count('widest', 3)];
  const join = (a: string, b: string) => a + b;
  const all = mergePairs(words(), alphabet, 100, join);
  expect(all.merges.map((pair) => pair.join('+'))).toEqual([
    'e+s',
    'es+t',
    'l+o',
    'lo+w',
    'e+w',
    'n+ew',
    'new+est',
    'd+est',
    'i+dest',
    'w+idest',
    'e+r',
    'low+er',
  ]);
  expect(mergePairs(words(), alphabet, 12, join).symbols.slice(10)).toEqual(['es', 'est']);
});

test('counts a run of one symbol and reuses a symbol that two pairs spell', () => {
  // aaaa twice: aa 6 -> [aa aa] 2 -> aaaa.
  expect(mergePairs([{ symbols: [0, 0, 0, 0], count: 2 }], ['a'], 9, (a, b) => a + b).symbols).toEqual([
    'a',
    'aa',
    'aaaa',
  ]);
  // abc x3 as a b c and ab given as a symbol of its own: a+b gives symbol 3 again, no new one.
  const { symbols, merges } = mergePairs([{ symbols: [0, 1, 2], count: 3 }], ['a', 'b', 'c', 'ab'], 9, (a, b) => a + b);
  expect(symbols).toEqual(['a', 'b', 'c', 'ab', 'abc']);
  expect(merges).toEqual([
    ['a', 'b'],
    ['ab', 'c'],
  ]);
});

test('trained BPE writes the bytes of any text and reads them back', async () => {
  const state = await fitTokenizer(corpus(), { tokenizer: 'bpe', vocabulary: 400 });
  expect(state.classes).toBeLessThanOrEqual(400);
  for (const text of [
    'a handwritten seven',
    '手写的数字七',
    '七 seven，7!',
    '👩‍👩‍👧 naïve\t𠮷野家\n  \u0000 [MASK] <|endoftext|>',
  ])
    expect(decodeIds(state, encodeString(state, text, 1000))).toBe(text);
});

test('trained BPE makes one token of what is frequent in either language', async () => {
  const state = await fitTokenizer(corpus(), { tokenizer: 'bpe', vocabulary: 400 });
  // begin, the token, end
  for (const word of ['数字', ' digit']) expect(encodeString(state, word, 100)).toHaveLength(3);
  expect(encodeString(state, '鼕', 100)).toHaveLength(5); // a character never seen: its 3 bytes
});

test('trained WordPiece splits Chinese into characters, lower-cases, and marks what it cannot spell', async () => {
  const state = await fitTokenizer(corpus(), { tokenizer: 'wordpiece', vocabulary: 300 });
  expect(decodeIds(state, encodeString(state, 'The DIGIT seven。数字七', 100))).toBe('the digit seven 。 数字七');
  const { model } = JSON.parse(state.tokenizer);
  expect(model.vocab.digit).toBeDefined();
  expect(model.vocab.数).toBeDefined();
  expect(model.vocab.数字).toBeUndefined();
  expect([...encodeString(state, '鼕', 100)]).toEqual([1, 4 + model.vocab['[UNK]'], 2]);
});

test('training is a function of the corpus, not of its order', async () => {
  const texts: string[] = [];
  for await (const text of corpus()) texts.push(text);
  for (const train of [trainBpe, trainWordPiece]) {
    const first = await train(repeated(texts), 350);
    expect(JSON.stringify(await train(repeated(texts.toReversed()), 350))).toBe(JSON.stringify(first));
    expect(JSON.stringify(await train(repeated(texts.slice(0, 4)), 350))).not.toBe(JSON.stringify(first));
  }
});

test('counts kept up to date merge as counts taken anew each time', () => {
  const alphabet = [...'abc'];
  const join = (a: string, b: string) => a + b;
  // 40 words of 1 to 8 symbols out of 3, so that runs and overlapping pairs abound.
  const random = hostRandom(1, 0, 'words');
  const words = Array.from({ length: 40 }, (_, word) => ({
    symbols: Array.from({ length: 1 + Math.floor(8 * random.uniform('length', word)) }, (_, i) =>
      Math.floor(3 * random.uniform(`symbol ${word}`, i)),
    ),
    count: 1 + Math.floor(3 * random.uniform('count', word)),
  }));
  const expected = recounted(structuredClone(words), [...alphabet], 40);
  expect(expected.length).toBeGreaterThan(20);
  expect(mergePairs(words, alphabet, 40, join).merges.map((pair) => pair.join('+'))).toEqual(expected);
});

/** Byte-pair encoding as one would write it down: all pairs of all words are counted before each merge. */
function recounted(words: { symbols: number[]; count: number }[], symbols: string[], size: number): string[] {
  const merges: string[] = [];
  while (symbols.length < size) {
    const counts = new Map<string, number>();
    for (const { symbols: word, count } of words)
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]},${word[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    const ranked = [...counts]
      .map(([pair, count]) => ({ pair: pair.split(',').map(Number) as [number, number], count }))
      .filter(({ count }) => count >= 2)
      .sort((x, y) => y.count - x.count || x.pair[0] - y.pair[0] || x.pair[1] - y.pair[1]);
    if (!ranked[0]) break;
    const [left, right] = ranked[0].pair;
    merges.push(`${symbols[left]}+${symbols[right]}`);
    const text = symbols[left]! + symbols[right]!;
    const merged = symbols.includes(text) ? symbols.indexOf(text) : symbols.push(text) - 1;
    for (const word of words)
      for (let i = 0; i + 1 < word.symbols.length; i++)
        if (word.symbols[i] === left && word.symbols[i + 1] === right) word.symbols.splice(i, 2, merged);
  }
  return merges;
}
