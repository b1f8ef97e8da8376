import { describe, expect, test } from 'vitest';
import { beamDecode, greedyDecode } from '../../src/align/decode-ctc.js';
import { noise } from '../fusion/fusion-batch.js';

/** Probabilities of tokens, blank first. */
function scores(rows: readonly (readonly number[])[], valid: readonly number[] = rows.map(() => 1)) {
  return { logits: Float32Array.from(rows.flat(), Math.log), valid };
}

describe('greedy', () => {
  test('merges repeats, keeps those with a blank between, leaves blanks out; classes count from 0', () => {
    const [none, a, b] = [
      [0.8, 0.1, 0.1],
      [0.1, 0.8, 0.1],
      [0.1, 0.1, 0.8],
    ];
    expect(greedyDecode(scores([a!, a!, none!, a!, b!, b!, none!]))).toEqual([0, 0, 1]);
    expect(greedyDecode(scores([none!, none!]))).toEqual([]);
  });

  test('tokens that do not count are not there: a blank among them parts nothing', () => {
    const rows = [
      [0.1, 0.9],
      [0.9, 0.1],
      [0.1, 0.9],
    ];
    expect(greedyDecode(scores(rows, [1, 0, 1]))).toEqual([0]);
    expect(greedyDecode(scores(rows, [0, 0, 0]))).toEqual([]);
  });
});

describe('beam search', () => {
  test('by hand: the likeliest list is not that of the likeliest path', () => {
    // Twice blank 0.6, a 0.4. Path: blank blank 0.36, nothing is read. List "a": 0.16 + 0.24 + 0.24 = 0.64.
    const twice = scores([
      [0.6, 0.4],
      [0.6, 0.4],
    ]);
    expect(greedyDecode(twice)).toEqual([]);
    expect(beamDecode(twice, 4)).toEqual([0]);
    // With one beginning kept it is: after the first token the empty one (0.6), after the second "" 0.36 or "a" 0.24.
    expect(beamDecode(twice, 1)).toEqual([]);
  });

  test('a repeat is one label without a blank and two with', () => {
    // a a: only "a". a, blank, a: "aa".
    expect(
      beamDecode(
        scores([
          [0.01, 0.99],
          [0.01, 0.99],
        ]),
        8,
      ),
    ).toEqual([0]);
    expect(
      beamDecode(
        scores([
          [0.01, 0.99],
          [0.99, 0.01],
          [0.01, 0.99],
        ]),
        8,
      ),
    ).toEqual([0, 0]);
  });

  test('a wide beam finds the likeliest of all lists', () => {
    for (let trial = 0; trial < 10; trial++) {
      const logits = noise(`beam ${trial}`, [5, 3])
        .dataSync<'float32'>()
        .map((value) => 2 * value);
      const rows = Array.from({ length: 5 }, (_, token) => {
        const row = [...logits.subarray(3 * token, 3 * token + 3)].map(Math.exp);
        return row.map((value) => value / row.reduce((sum, each) => sum + each, 0));
      });
      expect(beamDecode({ logits, valid: [1, 1, 1, 1, 1] }, 200).join()).toBe(likeliest(rows));
    }
  });
});

function likeliest(rows: number[][]): string {
  const lists = new Map<string, number>();
  const walk = (path: number[], weight: number): void => {
    if (path.length < rows.length) {
      rows[path.length]!.forEach((p, label) => {
        walk([...path, label], weight * p);
      });
      return;
    }
    const list = path.filter((label, at) => label !== 0 && label !== path[at - 1]).map((label) => label - 1);
    lists.set(list.join(), (lists.get(list.join()) ?? 0) + weight);
  };
  walk([], 1);
  return [...lists].sort((a, b) => b[1] - a[1])[0]![0];
}
