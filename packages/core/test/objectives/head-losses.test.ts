import type { Plugin } from '@modalkit/contract';
import { gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  huber,
  ordinalCrossEntropy,
  squaredError,
} from '../../src/objectives/index.js';
import { noise } from '../fusion/fusion-batch.js';
import { tf } from '../fusion/tf.js';
import { objectiveModel, viewOf } from './objective-model.js';

/** A view with one output of the head `one`, and its target: rows of numbers, null where a sample has none. */
function view(
  output: string,
  values: number[][] | ReturnType<typeof tf.variable>,
  target: (number[] | number | null)[],
) {
  const outputs = { [`one/${output}`]: Array.isArray(values) ? tf.tensor2d(values) : values };
  if (!target.some(Array.isArray)) return viewOf({ outputs, targets: { one: target as (number | null)[] } });
  const width = (target.find(Array.isArray) as number[]).length;
  const rows = target.map((row) => (row as number[] | null) ?? new Array<number>(width).fill(0));
  const valid = tf.tensor1d(
    target.map((row) => row !== null),
    'bool',
  );
  return { ...viewOf({ outputs }), targets: { one: { values: tf.tensor2d(rows), valid } } };
}

const measured = (plugin: Plugin, ...parts: Parameters<typeof view>) =>
  objectiveModel(plugin).measure(view(...parts)).one!;

describe('cross entropy', () => {
  // p = (1/4, 3/4): -ln p = (1.386294, 0.287682)
  const logits = [
    [0, Math.log(3)],
    [0, Math.log(3)],
    [5, 5],
  ];

  test('class weights: each sample counts as its class says, and one in the count', () => {
    const found = measured(crossEntropy({ head: 'one', classWeights: [3, 0.5] }), 'logits', logits, [0, 1, null]);
    expect(found.sum).toBeCloseTo(3 * 1.386294 + 0.5 * 0.287682, 5);
    expect(found.count).toBe(2);
    const few = crossEntropy({ head: 'one', classWeights: [1, 1, 1] });
    expect(() => measured(few, 'logits', logits, [0, 1, null])).toThrow(/3 weights were given for 2 classes/);
  });

  test('focal loss: (1 - p)^gamma times the cross entropy', () => {
    // (3/4)^2 * 1.386294 = 0.779790 and (1/4)^2 * 0.287682 = 0.017980
    const found = measured(crossEntropy({ head: 'one', focal: 2 }), 'logits', logits, [0, 1, null]);
    expect(found.sum).toBeCloseTo(0.77979 + 0.01798, 5);
    // label smoothing 0.2 of class 1: 0.9 * 0.017980 + 0.1 * 0.779790
    const smooth = crossEntropy({ head: 'one', focal: 2, labelSmoothing: 0.2 });
    expect(measured(smooth, 'logits', logits, [null, 1, null]).sum).toBeCloseTo(0.9 * 0.01798 + 0.1 * 0.77979, 5);
  });

  test('a focal loss of what is certain is 0 with finite slopes, below gamma 1 too', () => {
    const { terms } = objectiveModel(crossEntropy({ head: 'one', focal: 0.5 }));
    const x = tf.variable(tf.tensor2d([[60, -60]]));
    const loss = () => terms(view('logits', x, [0])).one!.sum;
    expect(Math.abs(loss().dataSync()[0]!)).toBeLessThan(1e-6);
    expect([...gradientsByName(tf, new Map([['x', x]]), loss).get('x')!].every(Number.isFinite)).toBe(true);
  });

  test('a head without logits is named, with what it has', () => {
    expect(() => measured(crossEntropy({ head: 'one' }), 'labelLogits', [[1, 1]], [0])).toThrow(
      /head "one" has no `logits`, its outputs are labelLogits; name a `classify` or `rate` head/,
    );
  });
});

describe('binary cross entropy', () => {
  // z = ln 3: p = 3/4, -ln p = 0.287682, -ln(1 - p) = 1.386294; z = 0: both ln 2 = 0.693147
  const logits = [
    [Math.log(3), 0],
    [9, 9],
  ];

  test('mean over classes of -ln p or -ln(1 - p), over the samples that have the target', () => {
    const found = measured(binaryCrossEntropy({ head: 'one' }), 'labelLogits', logits, [[1, 0], null]);
    expect(found.sum).toBeCloseTo((0.287682 + Math.LN2) / 2, 5);
    expect(found.count).toBe(1);
    const other = measured(binaryCrossEntropy({ head: 'one' }), 'labelLogits', logits, [[0, 0], null]);
    expect(other.sum).toBeCloseTo((1.386294 + Math.LN2) / 2, 5);
  });

  test('positive weights, label smoothing and focus by hand', () => {
    const of = (options: object, row: number[]) =>
      measured(binaryCrossEntropy({ head: 'one', ...options }), 'labelLogits', logits, [row, null]).sum;
    expect(of({ positiveWeights: [4, 9] }, [1, 0])).toBeCloseTo((4 * 0.287682 + Math.LN2) / 2, 5);
    // y' = 0.9 and 0.1
    expect(of({ labelSmoothing: 0.2 }, [1, 0])).toBeCloseTo((0.9 * 0.287682 + 0.1 * 1.386294 + Math.LN2) / 2, 5);
    // (1/4)^2 * 0.287682 and (1/2)^2 * 0.693147
    expect(of({ focal: 2 }, [1, 0])).toBeCloseTo((0.287682 / 16 + Math.LN2 / 4) / 2, 5);
  });

  test('logits of 1e4 stay finite', () => {
    const found = measured(binaryCrossEntropy({ head: 'one', focal: 2 }), 'labelLogits', [[1e4, -1e4]], [[0, 1]]);
    expect(found.sum).toBeCloseTo(1e4, 0);
  });
});

describe('ordinal cross entropy', () => {
  test('the sum of the questions "above level k?": a level further off costs more', () => {
    // z = (1.5, 0.5, -1.5), sigmoid 0.817574, 0.622459, 0.182426
    const cost = (level: number, options = {}) =>
      measured(ordinalCrossEntropy({ head: 'one', ...options }), 'cumulative', [[1.5, 0.5, -1.5]], [level]).sum;
    const [yes, no] = [
      [0.201413, 0.474077, 1.701413],
      [1.701413, 0.974077, 0.201413],
    ] as const;
    expect(cost(2)).toBeCloseTo(yes[0] + yes[1] + no[2], 5);
    expect(cost(0)).toBeCloseTo(no[0] + no[1] + no[2], 5);
    expect(cost(3)).toBeCloseTo(yes[0] + yes[1] + yes[2], 5);
    expect(cost(2, { thresholdWeights: [1, 0, 2] })).toBeCloseTo(yes[0] + 2 * no[2], 5);
    expect(cost(2)).toBeLessThan(cost(1));
    expect(cost(1)).toBeLessThan(cost(0));
  });
});

describe('regression', () => {
  const rows = [
    [1, 0],
    [0.5, 3],
    [9, 9],
  ];
  const target = [[0, 0], [0, 0], null];

  test('squared error: mean over the numbers, sum over the samples', () => {
    // (1 + 0) / 2 + (0.25 + 9) / 2
    expect(measured(squaredError({ head: 'one' }), 'standard', rows, target)).toEqual({ sum: 5.125, count: 2 });
  });

  test('Huber: half the square up to delta, a line beyond', () => {
    // delta 1: (0.5 + 0) / 2 + (0.125 + (3 - 0.5)) / 2
    expect(measured(huber({ head: 'one' }), 'standard', rows, target)).toEqual({ sum: 1.5625, count: 2 });
    // delta 2: (0.5 + 0) / 2 + (0.125 + 2 (3 - 1)) / 2
    expect(measured(huber({ head: 'one', delta: 2 }), 'standard', rows, target).sum).toBeCloseTo(2.3125, 6);
    expect(() => huber({ head: 'one', delta: 0 })).toThrow('delta');
  });
});

const noTarget = [
  ['cross entropy', crossEntropy({ head: 'one', focal: 2, classWeights: [1, 2, 3] }), 'logits', [2, 0]],
  [
    'binary',
    binaryCrossEntropy({ head: 'one', focal: 1.5, labelSmoothing: 0.1 }),
    'labelLogits',
    [
      [1, 0, 1],
      [0, 0, 1],
    ],
  ],
  ['ordinal', ordinalCrossEntropy({ head: 'one' }), 'cumulative', [3, 0]],
  [
    'squared error',
    squaredError({ head: 'one' }),
    'standard',
    [
      [1, 0, 1],
      [0.5, 0, 1],
    ],
  ],
  [
    'Huber',
    huber({ head: 'one', delta: 0.7 }),
    'standard',
    [
      [1, 0, 1],
      [0.5, 0, 1],
    ],
  ],
] as const;

test.each(noTarget)('gradients equal central differences: %s', (_, plugin, output, target) => {
  const x = tf.variable(noise('head-losses', [2, 3]));
  const { total } = objectiveModel(plugin);
  const loss = () => total(view(output, x, target as never));
  expect(numericGradientCheck(tf, new Map([['x', x]]), loss, { entries: 6, delta: 1e-3 }).compared).toBe(6);
});

test.each(noTarget)('no known target adds 0 with a gradient of 0: %s', (_, plugin, output, target) => {
  const x = tf.variable(noise('head-losses', [2, 3]));
  const { terms } = objectiveModel(plugin);
  const seen = view(output, x, target as never);
  const blind = { ...seen, targets: { one: { ...seen.targets.one!, valid: tf.zeros([2], 'bool') } } };
  expect(terms(blind).one!.count.dataSync()[0]).toBe(0);
  const gradients = gradientsByName(tf, new Map([['x', x]]), () => terms(blind).one!.sum);
  expect([...gradients.get('x')!].map(Math.abs)).toEqual(new Array(6).fill(0));
});
