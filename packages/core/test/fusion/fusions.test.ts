import type { FusionInput, Plugin, Tensor } from '@modalkit/contract';
import { numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { cross, early, late } from '../../src/fusion/index.js';
import { fusionModel, inputOf, noise, WIDTH } from './fusion-batch.js';
import { tf } from './tf.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const blocks = { layers: 1, heads: 2 };
const fusions: Record<string, () => Plugin> = {
  early: () => early(blocks),
  late: () => late(),
  'cross gated': () => cross(blocks),
  'cross gated, one asks': () => cross({ ...blocks, query: ['a'] }),
  'cross queries': () => cross({ ...blocks, bridge: 'queries', queries: 3 }),
  'cross queries, one asks': () => cross({ ...blocks, bridge: 'queries', queries: 3, query: ['a'] }),
  'cross projector, linear': () => cross({ ...blocks, bridge: 'projector', projector: 'linear' }),
  'cross projector, one asks': () => cross({ ...blocks, bridge: 'projector', query: ['a'] }),
  'cross bliva': () => cross({ ...blocks, bridge: 'bliva', queries: 2, query: ['a'] }),
  'early, time slice': () => early({ ...blocks, timeSlice: 0.2 }),
  'cross gated, time slice': () => cross({ ...blocks, timeSlice: 0.2 }),
  'cross bliva, time slice': () => cross({ ...blocks, bridge: 'bliva', queries: 2, query: ['a'], timeSlice: 0.2 }),
};
/** Row 0 has everything, row 1 lacks a, row 2 lacks all but a, row 3 lacks all. */
const lengthsOf = (name: string) => (name === 'a' ? [3, 0, 2, 0] : [2, 1, 0, 0]);
const batch = (names: readonly string[]) => names.map((name) => inputOf(name, lengthsOf(name), 3));
const data = (tensor: Tensor) => tensor.dataSync();

function close(actual: Tensor, expected: Tensor, digits = 5): void {
  expect(actual.shape).toEqual(expected.shape);
  const difference = tf.max(tf.abs(tf.sub(tf.cast(actual, 'float32'), tf.cast(expected, 'float32')))).dataSync()[0]!;
  expect(difference).toBeLessThan(10 ** -digits);
}

describe.each(Object.entries(fusions))('%s', (_, make) => {
  test.each([1, 2, 3, 5])('joins %i inputs with absent and padded tokens into finite vectors', (count) => {
    const fused = fusionModel(make(), NAMES.slice(0, count)).fuse(batch(NAMES.slice(0, count)));
    const [rows, tokens] = fused.valid.shape as [number, number];
    expect([rows, fused.values.shape]).toEqual([4, [4, tokens, WIDTH]]);
    expect(Math.max(...Object.values(fused.spans).map((span) => span.end))).toBe(tokens);
    expect(data(tf.all(tf.any(fused.valid, 1)))[0]).toBe(1);
    expect([...data(fused.pooled), ...data(fused.values)].every(Number.isFinite)).toBe(true);
    const invalid = tf.sub(1, tf.cast(fused.valid, 'float32'));
    expect(data(tf.max(tf.abs(tf.mul(fused.values, tf.expandDims(invalid, 2)))))[0]).toBe(0);
  });

  test('what lies under an invalid token changes nothing, to the last bit', () => {
    const { fuse } = fusionModel(make(), ['a', 'b']);
    const inputs = batch(['a', 'b']);
    const valid = (input: FusionInput) => tf.expandDims(tf.cast(input.valid, 'float32'), 2);
    const filled = inputs.map((input) => ({
      ...input,
      values: tf.add(input.values, tf.mul(tf.sub(1, valid(input)), 1e4)),
    }));
    const [one, other] = [fuse(inputs), fuse(filled)];
    expect(data(other.values)).toEqual(data(one.values));
    expect(data(other.pooled)).toEqual(data(one.pooled));
  });

  test('a padded batch equals the unpadded one', () => {
    const { fuse } = fusionModel(make(), ['a', 'b']);
    const short = [inputOf('a', [2, 2], 2, noise('x', [2, 2, WIDTH])), inputOf('b', [3, 1], 3)];
    const padding = tf.fill([2, 4, WIDTH], 7);
    const long = [inputOf('a', [2, 2], 6, tf.concat([short[0]!.values, padding], 1)), short[1]!];
    close(fuse(long).pooled, fuse(short).pooled);
  });

  test('permuting the batch permutes the result', () => {
    const { fuse } = fusionModel(make(), ['a', 'b']);
    const order = tf.tensor1d([2, 0, 3, 1], 'int32');
    const permute = (tensor: Tensor) =>
      tf.cast(tf.gather(tf.cast(tensor, 'float32'), order), tensor.dtype as 'bool' | 'float32');
    const inputs = batch(['a', 'b']);
    const permuted = inputs.map((input) => ({
      ...input,
      values: permute(input.values),
      valid: permute(input.valid),
      present: permute(input.present),
      pooled: permute(input.pooled),
    }));
    close(fuse(permuted).pooled, permute(fuse(inputs).pooled));
    close(fuse(permuted).values, permute(fuse(inputs).values));
  });

  test('what one present input holds reaches the pooled vector', () => {
    const { fuse } = fusionModel(make(), ['a', 'b']);
    const inputs = batch(['a', 'b']);
    for (const [index, row] of [0, 1].entries()) {
      const changed = inputs.map((input, at) =>
        at === index
          ? {
              ...input,
              values: tf.mul(input.values, noise(`${at}`, [1, 1, WIDTH])),
              pooled: tf.mul(input.pooled, noise(`${at}`, [1, WIDTH])),
            }
          : input,
      );
      const difference = data(tf.max(tf.abs(tf.sub(fuse(changed).pooled, fuse(inputs).pooled)), 1));
      expect(difference[row]).toBeGreaterThan(1e-4);
      expect(difference[3]).toBe(0);
    }
  });
});

test.each([
  'early',
  'late',
  'cross gated, one asks',
  'cross queries, one asks',
  'cross projector, linear',
  'cross bliva',
  'early, time slice',
  'cross gated, time slice',
])('%s: gradients of every weight equal central differences', (name) => {
  const { fuse, weights } = fusionModel(fusions[name]!(), ['a', 'b']);
  const inputs = [inputOf('a', [2, 0], 2), inputOf('b', [0, 2], 2)];
  const direction = noise('direction', [2, WIDTH]);
  const loss = () => tf.sum(tf.mul(fuse(inputs).pooled, direction));
  // Tokens begin at std 0.02, where a layer norm bends within the step of the difference: make them 25 times larger.
  for (const [weight, variable] of weights) {
    if (/absent|type|latents/.test(weight)) variable.assign(tf.mul(variable, 25));
  }
  expect(numericGradientCheck(tf, weights, loss, { entries: 1 }).compared).toBe(weights.size);
});
