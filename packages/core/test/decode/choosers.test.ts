import type { Decoder, DecoderChoice, StepContext } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { describe, expect, test } from 'vitest';
import { chooserOf } from '../../src/decode/chooser-of.js';
import { drawToken } from '../../src/decode/draw-token.js';
import { generate } from '../../src/decode/generate.js';
import { beamScore, searchBeam } from '../../src/decode/search-beam.js';
import { tf } from '../fusion/tf.js';

const END = 0;
/** p of the next class after the last one: end, A, B, C. Before the first it is row 0. */
const CHAIN = [
  [0.02, 0.5, 0.4, 0.08],
  [0.3, 0.25, 0.2, 0.25],
  [0.05, 0.02, 0.03, 0.9],
  [0.9, 0.05, 0.04, 0.01],
].map((row) => row.map(Math.log));

/** A decoder that knows the chain; its state is the last class, to see that rows are gathered. */
function chain(maxTokens = 8): Decoder {
  const scored = (ids: readonly number[], written: number) => ({
    logits: tf.tensor2d(ids.map((id) => CHAIN[id]!)),
    state: { written, rows: { last: tf.tensor2d(ids.map((id) => [id])) } },
  });
  return {
    input: 'word',
    maxTokens,
    choice: 'greedy',
    start: () => scored([0, 0], 0),
    next(ids, { written, rows }) {
      expect(rows.last!.shape[0]).toBe(ids.shape[0]);
      return scored([...ids.dataSync()], written + 1);
    },
  };
}

function write(choice: DecoderChoice, maxTokens = 8, seed = 0) {
  const penalty = typeof choice === 'object' && 'beam' in choice ? (choice.lengthPenalty ?? 0) : 0;
  return generate({ inputs: {} }, { tf } as StepContext, {
    decoder: chain(maxTokens),
    end: END,
    choosers: ['甲', '乙'].map((name) => chooserOf(choice, maxTokens, hostRandom(seed, 0, name))),
    score: (each) => beamScore(each, penalty),
  });
}

describe('greedy', () => {
  test('takes the likeliest class each time, to the end', () => {
    // A (0.5), end (0.3)
    for (const { ids, logProbability } of write('greedy')) {
      expect(ids).toEqual([1, END]);
      expect(logProbability).toBeCloseTo(Math.log(0.15), 5);
    }
  });

  test('stops at maxTokens', () => {
    expect(write('greedy', 1).map(({ ids }) => ids)).toEqual([[1], [1]]);
  });
});

describe('beam search', () => {
  test('finds what greedy misses: B C end has 0.4 * 0.9 * 0.9 = 0.324, A end 0.15', () => {
    for (const { ids, logProbability } of write({ beam: 2 })) {
      expect(ids).toEqual([2, 3, END]);
      expect(logProbability).toBeCloseTo(Math.log(0.324), 5);
    }
    expect(write({ beam: 1 })).toEqual(write('greedy'));
  });

  test('a beam wider than all there is finds the likeliest of all sequences', () => {
    // every sequence of at most 4 classes that ends, or of 4 that does not
    let best = { ids: [] as number[], logProbability: Number.NEGATIVE_INFINITY };
    const extend = (ids: number[], logProbability: number): void => {
      if (ids.at(-1) === END || ids.length === 4) {
        if (logProbability > best.logProbability) best = { ids, logProbability };
        return;
      }
      CHAIN[ids.at(-1) ?? 0]!.forEach((each, id) => {
        extend([...ids, id], logProbability + each);
      });
    };
    extend([], 0);
    const found = write({ beam: 200 }, 4)[0]!;
    expect(found.ids).toEqual(best.ids);
    expect(found.logProbability).toBeCloseTo(best.logProbability, 5);
  });

  test('each that has ended makes it one narrower', () => {
    const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
    const choose = searchBeam(3, 0, 8);
    const live = [{ ids: [1], logProbability: -0.1 }];
    const ended = { ids: [2, END], logProbability: -9 };
    expect(choose(live, [row], []).map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(choose(live, [row], [ended]).map(({ id }) => id)).toEqual([0, 1]);
    // none of them can become likelier than one that has ended with -0.05
    expect(choose(live, [row], [{ ...ended, logProbability: -0.05 }])).toEqual([]);
  });

  test('scores by ((5 + length) / 6)^penalty', () => {
    // 3 tokens: (8 / 6)^1 = 4/3
    expect(beamScore({ ids: [1, 2, 3], logProbability: -4 }, 1)).toBeCloseTo(-3, 10);
    expect(beamScore({ ids: [1, 2, 3], logProbability: -4 }, 0)).toBe(-4);
  });
});

describe('drawing from the likeliest', () => {
  const row = Float32Array.from([0.1, 0.5, 0.15, 0.25], Math.log);

  test('only classes that together have topP, each by its share of them', () => {
    // 0.7: 1 and 3 with 0.75 together: 1 up to 2/3 of it, then 3
    const of = (uniform: number, topP: number, temperature?: number) => drawToken(row, { topP, temperature }, uniform);
    expect([0, 0.66, 0.67, 0.999].map((uniform) => of(uniform, 0.7))).toEqual([1, 1, 3, 3]);
    expect(of(0.999, 0.4)).toBe(1);
    expect([0.49, 0.51, 0.76, 0.95].map((uniform) => of(uniform, 1))).toEqual([1, 3, 2, 0]);
    // Temperature 1/2 squares and rescales: 0.25, 0.0625, 0.0225, 0.01 of 0.345: 1 alone has 0.72
    expect([0, 0.99].map((uniform) => of(uniform, 0.7, 0.5))).toEqual([1, 1]);
  });

  test('is a function of seed and sample, and as frequent as it should be', () => {
    const draws = (seed: number) => write({ topP: 1 }, 8, seed).map(({ ids }) => ids.join());
    expect(draws(3)).toEqual(draws(3));
    const first = Array.from({ length: 300 }, (_, seed) =>
      write({ topP: 1 }, 1, seed).map(({ ids }) => ids[0]!),
    ).flat();
    const share = (id: number) => first.filter((each) => each === id).length / first.length;
    // 600 draws: deviation sqrt(0.5 * 0.5 / 600) = 0.02; 4 of them
    expect(Math.abs(share(1) - 0.5)).toBeLessThan(0.08);
    expect(Math.abs(share(2) - 0.4)).toBeLessThan(0.08);
    expect(new Set(Array.from({ length: 20 }, (_, seed) => draws(seed).join('/'))).size).toBeGreaterThan(5);
  });
});
