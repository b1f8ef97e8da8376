import type { FusionInput, Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { cross } from '../../src/fusion/index.js';
import { initPositionBias, positionBias } from '../../src/fusion/position-bias.js';
import { fusionModel, inputOf, noise, WIDTH } from './fusion-batch.js';
import { tf } from './tf.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** Regions side by side, the left one first. */
const HALVES = [
  [0, 0, 0.5, 1],
  [0.5, 0, 1, 1],
];

/** The layer says the same box of every query. */
function said(numbers: number[]) {
  const model = createTestModel({ tf, state: undefined, width: WIDTH });
  initPositionBias(model.init, 'place');
  model.weights.get('place/kernel')!.assign(tf.zeros([WIDTH, 4]));
  model.weights.get('place/bias')!.assign(tf.tensor1d(numbers));
  return model;
}

describe('position bias', () => {
  const places = {
    centres: tf.tensor3d([
      [
        [0.1, 0.5],
        [0.9, 0.2],
        [0, 0],
      ],
    ]),
    placed: tf.tensor2d([[1, 1, 0]]),
  };

  test('by hand: the squared distance in the box’s own extents; a key without a place is free', () => {
    const { step } = said([1, -0.5, 0.3, -1]);
    const [x, y, w, h] = [sigmoid(1), sigmoid(-0.5), 0.05 + sigmoid(0.3), 0.05 + sigmoid(-1)];
    const away = (right: number, down: number) => -(((right - x) / w) ** 2) - ((down - y) / h) ** 2;
    const bias = positionBias(step, 'place', noise('q', [1, 2, WIDTH]), places);
    expect(bias.shape).toEqual([1, 2, 3]);
    for (const [at, expected] of [away(0.1, 0.5), away(0.9, 0.2), 0, away(0.1, 0.5), away(0.9, 0.2), 0].entries())
      expect(bias.dataSync()[at]).toBeCloseTo(expected, 4);
  });

  test('gradients equal central differences', () => {
    const model = createTestModel({ tf, state: undefined, width: WIDTH });
    initPositionBias(model.init, 'place');
    const x = tf.variable(noise('x', [1, 2, WIDTH]));
    const total = () => tf.sum(tf.exp(positionBias(model.step, 'place', x, places)));
    expect(
      numericGradientCheck(tf, new Map([...model.weights, ['x', x]]), total, { entries: 8 }).compared,
    ).toBeGreaterThan(10);
  });
});

describe('cross with attention guided by position', () => {
  const boxes = (): Tensor => tf.tile(tf.tensor3d([HALVES]), [2, 1, 1]);
  const batch = (): FusionInput[] => {
    const scene = inputOf('scene', [2, 2], 2);
    return [{ ...scene, position: { box: boxes() } }, inputOf('words', [2, 0], 2)];
  };
  const guided = (options: object = {}) =>
    cross({ layers: 1, heads: 2, query: ['words'], positionAttention: ['words'], ...options });

  /** How much a change of each region moves the words that look to the left. */
  function moved(bias: number[]) {
    const model = fusionModel(guided(), ['scene', 'words']);
    model.weights.get('gated/words/0/place/kernel')!.assign(tf.zeros([WIDTH, 4]));
    model.weights.get('gated/words/0/place/bias')!.assign(tf.tensor1d(bias));
    const [scene, words] = batch() as [FusionInput, FusionInput];
    const before = model.fuse([scene, words]).pooled;
    return [0, 1].map((region) => {
      const change = tf.tensor3d([[[Number(region === 0)], [Number(region === 1)]]]);
      const values = tf.add(scene.values, tf.mul(change, noise('change', [1, 1, WIDTH])));
      const after = model.fuse([{ ...scene, values }, words]).pooled;
      return tf.max(tf.abs(tf.sub(after, before))).dataSync()[0]!;
    }) as [number, number];
  }

  test('a narrow box to the left hears the left region alone, one to the right the right', () => {
    const [left, right] = moved([-1.1, 0, -9, 9]);
    expect(left).toBeGreaterThan(1e-3);
    expect(right).toBeLessThan(1e-6);
    const [other, own] = moved([1.1, 0, -9, 9]);
    expect(own).toBeGreaterThan(1e-3);
    expect(other).toBeLessThan(1e-6);
  });

  test('every weight of it has a gradient; only the named input has them', () => {
    const model = fusionModel(guided({ query: undefined }), ['scene', 'words']);
    const own = [...model.weights.keys()].filter((name) => name.includes('/place/'));
    expect(own).toEqual(['gated/words/0/place/kernel', 'gated/words/0/place/bias']);
    const variables = new Map(own.map((name) => [name, model.weights.get(name)!]));
    const total = () => tf.sum(tf.square(model.fuse(batch()).pooled));
    expect(numericGradientCheck(tf, variables, total, { entries: 8 }).compared).toBeGreaterThan(4);
  });

  test('what has no places, doesn’t ask or is another bridge is refused in one sentence', () => {
    const timed = [inputOf('scene', [2, 2], 2), inputOf('words', [2, 0], 2)];
    const model = (options: object) => fusionModel(guided(options), ['scene', 'words']);
    expect(() => model({}).fuse(timed)).toThrow('"words", but the tokens of scene carry no boxes');
    expect(() => model({ positionAttention: ['scene'] })).toThrow(
      '"scene", which doesn\'t ask; those that do are words',
    );
    expect(() => model({ bridge: 'bliva' })).toThrow('not those of "bliva"');
  });
});
