import { numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { ctcCost } from '../../src/align/ctc-cost.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';

type Rows = readonly (readonly number[])[];

const flags = (rows: Rows) =>
  tf.tensor2d(
    rows.map((row) => [...row]),
    undefined,
    'bool',
  );
const ids = (rows: Rows) =>
  tf.tensor2d(
    rows.map((row) => [...row]),
    undefined,
    'int32',
  );

function measured(logProbabilities: Parameters<typeof ctcCost>[1], valid: Rows, labels: Rows) {
  const { cost, possible } = ctcCost(tf, logProbabilities, flags(valid), ids(labels));
  return { cost: [...cost.dataSync()], possible: [...possible.dataSync()] };
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

describe('uniform probabilities: T ln C - ln binom(T + L - R, 2L)', () => {
  test('all lengths and repeats in one batch', () => {
    const [steps, classes] = [6, 5];
    // L and R: 0 0, 1 0, 2 0, 2 1, 3 2, 3 0, 3 1, and 4 3, which needs 7 of the 6 tokens.
    const labels = [
      [0, 0, 0, 0],
      [3, 0, 0, 0],
      [1, 2, 0, 0],
      [4, 4, 0, 0],
      [2, 2, 2, 0],
      [1, 2, 1, 0],
      [1, 1, 4, 0],
      [1, 1, 1, 1],
    ];
    const [lengths, repeats] = [
      [0, 1, 2, 2, 3, 3, 3],
      [0, 0, 0, 1, 2, 0, 1],
    ];
    const uniform = tf.fill([8, steps, classes], -Math.log(classes));
    const { cost, possible } = measured(
      uniform,
      labels.map(() => [1, 1, 1, 1, 1, 1]),
      labels,
    );
    for (const [row, length] of lengths!.entries()) {
      const ways = choose(steps + length - repeats![row]!, 2 * length);
      expect(cost[row]).toBeCloseTo(steps * Math.log(classes) - Math.log(ways), 4);
    }
    expect(possible).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    expect(Number.isFinite(cost[7])).toBe(true);
  });

  test('200 tokens stay exact in float32', () => {
    const uniform = tf.fill([1, 200, 11], -Math.log(11));
    const { cost } = measured(uniform, [new Array(200).fill(1)], [[1, 2, 3, 4, 4, 5, 6, 7]]);
    const ways = Array.from({ length: 16 }, (_, index) => Math.log((200 + 8 - 1 - index) / (index + 1)));
    const expected = 200 * Math.log(11) - ways.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(cost[0]! / expected - 1)).toBeLessThan(1e-5);
  });
});

/** -ln of the probability, by going through every path. */
function byEnumeration(probabilities: number[][], valid: readonly number[], labels: readonly number[]): number {
  const steps = probabilities.filter((_, step) => valid[step]);
  const read = (path: number[]) => path.filter((label, at) => label !== 0 && label !== path[at - 1]).join();
  const wanted = labels.filter((label) => label !== 0).join();
  const walk = (path: number[], weight: number): number => {
    if (path.length === steps.length) return read(path) === wanted ? weight : 0;
    return steps[path.length]!.reduce((sum, p, label) => sum + walk([...path, label], weight * p), 0);
  };
  return -Math.log(walk([], 1));
}

test('equals the sum over every path, whatever tokens are invalid', () => {
  const valid = [
    [1, 1, 1, 1, 1],
    [0, 1, 1, 0, 1],
    [1, 0, 0, 1, 1],
    [1, 1, 1, 0, 0],
    [1, 1, 1, 1, 0],
    [0, 0, 1, 1, 1],
  ];
  const labels = [
    [1, 2, 1],
    [2, 1, 0],
    [1, 1, 0],
    [0, 0, 0],
    [2, 2, 1],
    [1, 0, 0],
  ];
  const probabilities = tf.softmax(tf.mul(noise('ctc', [6, 5, 3]), 3));
  const { cost, possible } = measured(tf.log(probabilities), valid, labels);
  const rows = probabilities.arraySync() as number[][][];
  rows.forEach((row, index) => {
    expect(cost[index]).toBeCloseTo(byEnumeration(row, valid[index]!, labels[index]!), 4);
  });
  expect(possible).toEqual([1, 1, 1, 1, 1, 1]);
});

test('by hand: two tokens, one label: p = a(1) a(2) + blank(1) a(2) + a(1) blank(2)', () => {
  // a: 0.4, 0.7; blank: 0.6, 0.3: 0.28 + 0.42 + 0.12 = 0.82.
  const { cost } = measured(
    tf.log(
      tf.tensor3d([
        [
          [0.6, 0.4],
          [0.3, 0.7],
        ],
      ]),
    ),
    [[1, 1]],
    [[1]],
  );
  expect(cost[0]).toBeCloseTo(-Math.log(0.82), 6);
});

test('too few tokens, none, and equal neighbours without room for a blank are impossible', () => {
  const valid = [
    [0, 1, 0],
    [0, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
    [0, 0, 0],
  ];
  const labels = [
    [1, 2],
    [1, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const { possible, cost } = measured(tf.logSoftmax(noise('few', [5, 3, 4])), valid, labels);
  expect(possible).toEqual([0, 0, 0, 1, 0]);
  expect(cost.every(Number.isFinite)).toBe(true);
});

test('very sure and very wrong logits stay finite', () => {
  const logits = tf.tensor3d([
    [
      [0, 1e4, 0],
      [0, 1e4, 0],
      [0, 1e4, 0],
    ],
  ]);
  const { cost } = measured(tf.logSoftmax(logits), [[1, 1, 1]], [[2, 2]]);
  expect(cost[0]).toBeCloseTo(3e4, 0);
});

test('gradients equal central differences, and those of invalid tokens are 0', () => {
  const x = tf.variable(noise('x', [3, 5, 4]));
  const valid = flags([
    [1, 1, 1, 1, 1],
    [1, 0, 1, 1, 0],
    [0, 1, 1, 0, 1],
  ]);
  const labels = ids([
    [1, 2, 0],
    [3, 3, 0],
    [2, 0, 0],
  ]);
  const loss = () => tf.sum(tf.mul(ctcCost(tf, tf.logSoftmax(x), valid, labels).cost, [0.5, 1, 2]));
  expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 40 }).compared).toBeGreaterThan(25);
  const { grads } = tf.variableGrads(loss as never, [x]);
  const ofTokens = tf.sum(tf.abs(grads[x.name]!), 2).arraySync() as number[][];
  expect(ofTokens.map((row) => row.map((value) => Number(value > 0)))).toEqual(valid.arraySync());
});

test('gradient in closed form: p - share of the paths; one label in one token gives p - one-hot', () => {
  const x = tf.variable(noise('y', [1, 1, 3]));
  const { grads } = tf.variableGrads(
    (() => tf.sum(ctcCost(tf, tf.logSoftmax(x), flags([[1]]), ids([[2]])).cost)) as never,
    [x],
  );
  const [blank, one, two] = tf.softmax(x).dataSync();
  const expected = [blank!, one!, two! - 1];
  [...grads[x.name]!.dataSync()].forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index]!, 5);
  });
});

test('a pass with gradients leaves no tensor behind', () => {
  const x = tf.variable(noise('z', [2, 4, 3]));
  const [valid, labels] = [
    flags([
      [1, 1, 1, 1],
      [1, 1, 0, 0],
    ]),
    ids([
      [1, 2],
      [1, 0],
    ]),
  ];
  const run = () =>
    tf.tidy(() =>
      tf.dispose(
        tf.variableGrads((() => tf.sum(ctcCost(tf, tf.logSoftmax(x), valid, labels).cost)) as never, [x]).grads,
      ),
    );
  run();
  const before = tf.memory().numTensors;
  run();
  expect(tf.memory().numTensors).toBe(before);
});
