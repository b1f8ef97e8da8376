import type { MaskPolicy, Tensor } from '@modalkit/contract';
import { expect, test } from 'vitest';
import { hideTokens, validFromLengths } from '../src/index.js';
import { createTestModel } from '../src/testing.js';
import { tf } from './tf.js';

const [BATCH, TOKENS] = [100, 64];
const allValid = tf.ones([BATCH, TOKENS], 'bool');
const step = (options: { seed?: number; stepNumber?: number; training?: boolean } = {}) =>
  createTestModel({ tf, state: undefined, ...options }).step;
const rows = (mask: Tensor) => mask.arraySync() as number[][];
const share = (mask: Tensor) => mask.dataSync<'int32'>().reduce((sum, value) => sum + value, 0) / mask.size;

/** Boxes of an 8 x 8 grid. */
const box = tf.tile(
  tf.tensor3d([
    Array.from({ length: TOKENS }, (_, cell) =>
      [cell % 8, Math.floor(cell / 8), (cell % 8) + 1, Math.floor(cell / 8) + 1].map((edge) => edge / 8),
    ),
  ]),
  [BATCH, 1, 1],
);
const layout = { valid: allValid, position: { box } };

type Policy = Exclude<MaskPolicy, { kind: 'tube' }> & { ratio: number };

const POLICIES: Policy[] = [0.15, 0.75].flatMap((ratio): Policy[] => [
  { kind: 'random', ratio },
  { kind: 'span', ratio, span: 3 },
  { kind: 'block', ratio, block: 0.3 },
  { kind: 'drop', ratio },
]);

test.each(POLICIES)('$kind hides $ratio of the tokens', (policy) => {
  // Four standard errors. Independent choices: 6400 tokens, 100 samples for drop; spans and blocks are about 3 and 6
  // tokens together, blocks of one sample overlap: taken as 6400/3 and 100 * 4 independent ones.
  const independent = { random: 6400, span: 2133, block: 400, drop: 100 }[policy.kind];
  const bound = 4 * Math.sqrt((policy.ratio * (1 - policy.ratio)) / independent);
  expect(Math.abs(share(hideTokens(step(), layout, policy)) - policy.ratio)).toBeLessThan(bound);
});

test.each(POLICIES)('$kind $ratio hides the edges as often as the middle', (policy) => {
  const hidden = tf.cast(hideTokens(step({ seed: 1 }), layout, policy), 'float32');
  const byToken = tf.mean(hidden, 0).dataSync();
  const mean = (tokens: number[]) => tokens.reduce((sum, token) => sum + byToken[token]!, 0) / tokens.length;
  // 4 tokens x 100 samples: standard error at most 0.05 were the 4 one token; difference of two: 4 * 0.071.
  expect(Math.abs(mean([0, 7, 56, 63]) - mean([27, 28, 35, 36]))).toBeLessThan(0.28);
});

test.each(POLICIES)('$kind $ratio hides valid tokens only, and none in evaluation', (policy) => {
  const { data } = validFromLengths(
    Array.from({ length: BATCH }, (_, row) => row % 65),
    TOKENS,
  );
  const valid = tf.tensor2d(data as Uint8Array, [BATCH, TOKENS], 'bool');
  const hidden = hideTokens(step(), { valid, position: { box } }, policy);
  expect(hidden.dtype).toBe('bool');
  expect(share(tf.logicalAnd(hidden, tf.logicalNot(valid)))).toBe(0);
  expect(share(hidden)).toBeGreaterThan(0);
  expect(share(hideTokens(step({ training: false }), layout, policy))).toBe(0);
});

test.each(POLICIES)('$kind $ratio is a function of its key', (policy) => {
  const hide = (stepNumber: number) => rows(hideTokens(step({ stepNumber }), layout, policy));
  expect(hide(3)).toEqual(hide(3));
  expect(hide(3)).not.toEqual(hide(4));
});

test('spans are whole runs, cut only by the ends of the sequence', () => {
  const hidden = rows(hideTokens(step(), layout, { kind: 'span', ratio: 0.1, span: 4 }));
  const runs = hidden
    .map((row) => row.join(''))
    .flatMap((row) => [...row.matchAll(/(?<=0)1+(?=0)/g)].map(([run]) => run.length));
  expect(runs.length).toBeGreaterThan(50);
  expect(Math.min(...runs)).toBe(4);
});

test('a block is one rectangle, of the side asked for where it lies inside', () => {
  // Side 0.375 of an 8 x 8 grid: exactly 3 x 3 centres, fewer where it reaches over an edge.
  const hidden = rows(hideTokens(step(), layout, { kind: 'block', ratio: 0.01, block: 0.375 })).filter((row) =>
    row.includes(1),
  );
  expect(hidden.length).toBeGreaterThan(3);
  for (const row of hidden) {
    const cells = row.flatMap((value, cell) => (value ? [[cell % 8, Math.floor(cell / 8)] as const] : []));
    const side = (axis: 0 | 1) => {
      const places = cells.map((cell) => cell[axis]);
      const [low, high] = [Math.min(...places), Math.max(...places)];
      if (low > 0 && high < 7) expect(high - low + 1).toBe(3);
      return high - low + 1;
    };
    expect(side(0) * side(1)).toBe(cells.length);
  }
});

test('the ends of the scale hide nothing and everything', () => {
  for (const kind of ['random', 'drop'] as const) {
    expect(share(hideTokens(step(), layout, { kind, ratio: 0 }))).toBe(0);
    expect(share(hideTokens(step(), layout, { kind, ratio: 1 }))).toBe(1);
  }
  expect(share(hideTokens(step(), layout, { kind: 'span', ratio: 0, span: 2 }))).toBe(0);
  expect(share(hideTokens(step(), layout, { kind: 'span', ratio: 1, span: 2 }))).toBe(1);
  expect(share(hideTokens(step(), layout, { kind: 'block', ratio: 0, block: 0.5 }))).toBe(0);
});

test('blocks need boxes, tubes an adapter of their own', () => {
  const policy = { kind: 'block', ratio: 0.5, block: 0.5 } as const;
  expect(() => hideTokens(step(), { valid: allValid, position: {} }, policy)).toThrow(
    'needs tokens with box positions',
  );
  expect(() => hideTokens(step(), layout, { kind: 'tube', ratio: 0.5 })).toThrow('hides tubes itself');
});
