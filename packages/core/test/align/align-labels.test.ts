import { describe, expect, test } from 'vitest';
import { alignLabels } from '../../src/align/align-labels.js';
import { noise } from '../fusion/fusion-batch.js';

/** Probabilities of tokens, blank first. */
function scores(rows: readonly (readonly number[])[], valid: readonly number[] = rows.map(() => 1)) {
  return { logits: Float32Array.from(rows.flat(), Math.log), valid };
}

const [none, a, b] = [
  [0.8, 0.1, 0.1],
  [0.1, 0.8, 0.1],
  [0.1, 0.1, 0.8],
] as const;

describe('a list aligned to tokens', () => {
  test('each class where it is said, blanks left out', () => {
    expect(alignLabels(scores([none, a, a, none, b, none]), [0, 1])).toEqual([
      { label: 0, from: 1, to: 3 },
      { label: 1, from: 4, to: 5 },
    ]);
    expect(alignLabels(scores([none, a]), [])).toEqual([]);
  });

  test('two equal neighbours have a blank between them, and three tokens at least', () => {
    // All say a: the least is lost where the blank is the middle one or the next.
    expect(alignLabels(scores([a, [0.2, 0.7, 0.1], a]), [0, 0])).toEqual([
      { label: 0, from: 0, to: 1 },
      { label: 0, from: 2, to: 3 },
    ]);
    expect(alignLabels(scores([a, a]), [0, 0])).toBeUndefined();
    expect(alignLabels(scores([a, b]), [0, 1])).toHaveLength(2);
  });

  test('tokens that do not count are passed over, and keep their numbers', () => {
    expect(alignLabels(scores([b, a, b, b, none], [0, 1, 0, 1, 1]), [0, 1])).toEqual([
      { label: 0, from: 1, to: 2 },
      { label: 1, from: 3, to: 4 },
    ]);
    expect(alignLabels(scores([a], [0]), [0])).toBeUndefined();
    expect(alignLabels(scores([a], [0]), [])).toBeUndefined();
  });

  test('it is the likeliest of all ways, tried one by one', () => {
    const [tokens, classes] = [6, 3];
    for (const labels of [[0], [1, 0], [0, 0], [1, 1, 0], [0, 1, 0]]) {
      const logits = Float32Array.from(noise(`align ${labels}`, [tokens, classes]).dataSync(), (value) => 3 * value);
      let [best, found] = [Number.NEGATIVE_INFINITY, [] as number[]];
      for (let code = 0; code < classes ** tokens; code++) {
        const path = Array.from({ length: tokens }, (_, token) => Math.floor(code / classes ** token) % classes);
        const read = path.filter((label, at) => label !== 0 && label !== path[at - 1]).map((label) => label - 1);
        const weight = path.reduce((sum, label, token) => sum + logits[token * classes + label]!, 0);
        if (read.join() === labels.join() && weight > best) [best, found] = [weight, path];
      }
      const aligned = alignLabels({ logits, valid: Array(tokens).fill(1) }, labels)!;
      const path = Array<number>(tokens).fill(0);
      for (const { label, from, to } of aligned) path.fill(label + 1, from, to);
      expect(path).toEqual(found);
    }
  });
});
