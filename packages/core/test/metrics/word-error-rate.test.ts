import type { Figure, Preview, TargetSpec } from '@modalkit/contract';
import { describe, expect, test } from 'vitest';
import { classListTarget, classTarget } from '../../src/heads/index.js';
import { bootstrapRatio, editDistance, wordErrorRate } from '../../src/metrics/index.js';
import { measure } from './evaluation.js';

const specs = { words: classListTarget(['一', 'two', 'three'], 3) as TargetSpec };
/** Logits of tokens that say these: 0 is the blank. */
const says = (labels: readonly number[], tokens = 5) =>
  Array.from({ length: tokens }, (_, token) =>
    [0, 1, 2, 3].map((label) => (label === (labels[token] ?? 0) ? 9 : 0)),
  ).flat();
const valid = (count: number) => [0, 1, 2, 3, 4].map((token) => Number(token < count));

describe('word error rate', () => {
  // Read: 一 two (right); two three for 一 two three (one deleted); 一 for 三's "three" (one substituted) and an inserted
  // two; the fourth has no tokens, the fifth no target.
  const outputs = {
    'words/tokenLogits': [says([1, 0, 2]), says([2, 2, 3]), says([1, 0, 2]), says([1]), says([1])],
    'words/valid': [valid(5), valid(4), valid(3), valid(0), valid(5)],
    'words/time': Array.from({ length: 5 }, () => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  };
  const targets = { words: [['一', 'two'], ['一', 'two', 'three'], ['three'], ['一'], undefined] };

  test('by hand: (0 + 1 + 2) errors in (2 + 3 + 1) words', async () => {
    const { values, figures } = await measure(wordErrorRate({ head: 'words' }), { outputs, targets, specs });
    expect(values['wordErrorRate/words']).toMatchObject({ value: 3 / 6, n: 3 });
    expect(values['exactlyRight/words']).toMatchObject({ value: 1 / 3, n: 3 });
    expect(figures).toHaveLength(1);
    const [gallery] = figures;
    expect(gallery!.kind === 'gallery' && gallery.rows).toEqual([
      { query: words('一 two'), results: [{ preview: words('一 two'), score: 0, hit: true }] },
      { query: words('一 two three'), results: [{ preview: words('two three'), score: 1 / 3, hit: false }] },
      { query: words('three'), results: [{ preview: words('一 two'), score: 2, hit: false }] },
    ]);
  });

  test('tokens that do not count are not read', async () => {
    const few = { ...outputs, 'words/valid': outputs['words/valid'].map((row, at) => (at === 0 ? valid(1) : row)) };
    const { values } = await measure(wordErrorRate({ head: 'words' }), { outputs: few, targets, specs });
    expect(values['wordErrorRate/words']!.value).toBe(4 / 6);
  });

  test('beam search reads the likeliest list', async () => {
    // Twice blank 0.6, 一 0.4: the best path reads nothing, the likeliest list is 一.
    const row = [0.6, 0.4, 1e-9, 1e-9].map(Math.log);
    const parts = {
      outputs: { 'words/tokenLogits': [[...row, ...row]], 'words/valid': [[1, 1]], 'words/time': [[0, 0, 0, 0]] },
      targets: { words: [['一']] },
      specs,
    };
    const rate = async (decode: 'greedy' | { beam: number }) =>
      (await measure(wordErrorRate({ head: 'words', decode }), parts)).values['wordErrorRate/words']!.value;
    expect([await rate('greedy'), await rate({ beam: 4 })]).toEqual([1, 0]);
  });

  test('where the words are seen: two that are right and a wrong one, above them what is known of the sample', async () => {
    // Tokens of 0.1 s: 一 in the first, two in the third.
    const times = Array.from({ length: 5 }, (_, token) => [token / 10, (token + 1) / 10]).flat();
    const timed = { ...outputs, 'words/time': Array.from({ length: 5 }, () => times) };
    const rows = { 声: [[1], [1], [1], [1], [1]], gone: [null, null, null, null, null] };
    const preview = (input: string, raw: unknown) => (input === '声' ? words(String(raw)) : undefined);
    const { figures } = await measure(wordErrorRate({ head: 'words' }), {
      rows,
      outputs: timed,
      targets,
      specs,
      preview,
    });
    expect(figures.map(({ kind }) => kind)).toEqual(['timeline', 'timeline', 'gallery']);
    const [right, wrong] = figures as (Figure & { kind: 'timeline' })[];
    const span = (label: string, start: number, end: number) => ({
      start: expect.closeTo(start, 6),
      end: expect.closeTo(end, 6),
      label,
    });
    expect(right).toEqual({
      kind: 'timeline',
      title: 'Sample 0: where words sees each word',
      tracks: [
        { name: '声', preview: words('声0') },
        { name: 'right, aligned by CTC', spans: [span('一', 0, 0.1), span('two', 0.2, 0.3)] },
        { name: 'read by words', spans: [span('一', 0, 0.1), span('two', 0.2, 0.3)] },
      ],
    });
    // Four tokens say two two three –; 一 has to take the first of them.
    expect(wrong!.title).toContain('Sample 1');
    expect(wrong!.tracks[2]).toEqual({ name: 'read by words', spans: [span('two', 0, 0.2), span('three', 0.2, 0.3)] });
    expect(wrong!.tracks[1]).toEqual({
      name: 'right, aligned by CTC',
      spans: [span('一', 0, 0.1), span('two', 0.1, 0.2), span('three', 0.2, 0.3)],
    });
  });

  test('no word at all has no rate; a target that is no list is refused', async () => {
    const none = { outputs, targets: { words: [undefined, undefined, undefined, ['一'], undefined] }, specs };
    const { values, figures } = await measure(wordErrorRate({ head: 'words' }), none);
    expect(values).toEqual({ 'exactlyRight/words': { value: 0, low: 0, high: 1, n: 0 } });
    expect(figures).toEqual([]);
    const wrong = { outputs, targets, specs: { words: classTarget(['a', 'b']) as TargetSpec } };
    await expect(measure(wordErrorRate({ head: 'words' }), wrong)).rejects.toThrow(/"words" is no list/);
    expect(() => wordErrorRate({ head: 'words', decode: { beam: 0 } })).toThrow('decode');
  });
});

const words = (text: string): Preview => ({ kind: 'words', text });

describe('edit distance', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['ab', 'ba', 2],
    ['一二三', '一三', 1],
  ])('%s -> %s: %i', (from, to, distance) => {
    expect(editDistance([...from], [...to])).toBe(distance);
  });
});

describe('bootstrap of a ratio', () => {
  test('weighs samples by their words, and its interval is near the normal one', () => {
    // 100 samples, half with 1 error in 2 words, half with 0 in 4: 50 / 300. Per sample e - r w = 2/3 or -2/3, so the
    // standard error is (2/3) sqrt(100) / 300 = 0.0222 and the interval 0.1667 +- 0.0436.
    const errors = Array.from({ length: 100 }, (_, index) => index % 2);
    const { value, low, high, n } = bootstrapRatio(
      errors,
      errors.map((error) => (error ? 2 : 4)),
      'one',
    );
    expect([value, n]).toEqual([50 / 300, 100]);
    expect(Math.abs(low - (value - 0.0436))).toBeLessThan(0.008);
    expect(Math.abs(high - (value + 0.0436))).toBeLessThan(0.008);
  });

  test('of equal samples has no width', () => {
    expect(bootstrapRatio([1, 1], [4, 4], 'one')).toEqual({ value: 0.25, low: 0.25, high: 0.25, n: 2 });
  });
});
