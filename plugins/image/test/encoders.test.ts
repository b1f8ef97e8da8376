import type { Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import { poolToGrid } from '../src/cnn-encoder.js';
import type { ImageState } from '../src/image-adapter.js';
import type { ImageOptions } from '../src/image-options.js';
import { adapterOf, hostContext, tensorsOf, tf } from './helpers.js';
import { noise } from './pictures.js';

const STATE: ImageState = { mean: [0.4], std: [0.3] };
/** 8 x 12 pixels, squares of side 4: 2 x 3 = 6 tokens. */
const common = { size: [8, 12] as [number, number], channels: 1 as const };
const CONFIGS: Record<string, ImageOptions> = {
  patches: { ...common, patch: 4, width: 8, layers: 2, heads: 2 },
  'patches, two levels, sincos': {
    ...common,
    patch: 4,
    width: 8,
    layers: 2,
    heads: 2,
    levels: [1, 2],
    positions: 'sincos',
  },
  cnn: { ...common, encoder: 'cnn', stages: [4, 8], positionGrid: [1, 2] },
  'cnn, two levels, two blocks': {
    ...common,
    encoder: 'cnn',
    stages: [4, 8],
    blocks: 2,
    levels: [1, 2],
    positions: 'sincos',
  },
};
const WIDTHS: Record<string, number> = {
  patches: 8,
  'patches, two levels, sincos': 16,
  cnn: 8,
  'cnn, two levels, two blocks': 12,
};
const picture = (seed: number) => ({ pixels: noise(96, seed) });
const NOTHING = [0, 0, 0, 0, 0, 0];

function build(options: ImageOptions) {
  const adapter = adapterOf(options);
  const model = createTestModel({ tf, state: STATE });
  adapter.init(model.init);
  // Off their first values: biases of zero would hide leaks, and flat squares would lie on the kink of ReLU.
  for (const weight of model.weights.values()) {
    const wave = tf.sin(tf.reshape(tf.range(1, weight.size + 1), weight.shape));
    if (weight.trainable) weight.assign(tf.add(weight, tf.mul(wave, 0.1)));
  }
  return { adapter, ...model };
}

type Built = ReturnType<typeof build>;

function run({ adapter, step }: Built, pictures: (ReturnType<typeof picture> | undefined)[], hidden: number[][] = []) {
  const arrays = tensorsOf(adapter.collate(pictures, { batch: pictures.length, length: 0 }, hostContext('', STATE)));
  const mask = tf.tensor2d(
    pictures.map((_, row) => hidden[row] ?? NOTHING),
    [pictures.length, 6],
    'bool',
  );
  const aligned = adapter.align(adapter.encode(arrays, { hidden: mask }, step), step.space, step);
  return { ...aligned, encoded: adapter.encode(arrays, { hidden: mask }, step) };
}

const rows = (tensor: Tensor) => tf.unstack(tensor).map((row) => [...row.dataSync<'float32'>()]);
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

describe.each(Object.entries(CONFIGS))('%s', (name, options) => {
  const built = build(options);

  test('gives a token a square, in the shapes of the contract', () => {
    const { encoded, values, pooled, target, position, valid, hidden } = run(built, [picture(1), picture(2)]);
    expect(encoded.values.shape).toEqual([2, 6, WIDTHS[name]]);
    expect([values.shape, pooled.shape]).toEqual([
      [2, 6, 8],
      [2, 8],
    ]);
    expect([target!.shape, position.box!.shape]).toEqual([
      [2, 6, 16],
      [2, 6, 4],
    ]);
    expect([valid.dtype, hidden.dtype]).toEqual(['bool', 'bool']);
  });

  test('the target is the standardised pixels under each token', () => {
    const { pixels } = picture(1);
    const square = rows(run(built, [picture(1)], [[1, 0, 0, 0, 0, 0]]).target!)[0]!;
    expect(square[0]).toBeCloseTo((pixels[0]! / 255 - 0.4) / 0.3, 5);
    expect(square[5 * 16]).toBeCloseTo((pixels[4 * 12 + 8]! / 255 - 0.4) / 0.3, 5);
  });

  test('a sample does not depend on the others, their order or an absent row', () => {
    const [first, second] = rows(run(built, [picture(1), picture(2)]).values);
    const [second2, absent, first2] = rows(run(built, [picture(2), undefined, picture(1)]).values);
    expect(largest(first!, first2!)).toBeLessThan(1e-6);
    expect(largest(second!, second2!)).toBeLessThan(1e-6);
    expect(absent!.every((value) => value === 0)).toBe(true);
    expect(rows(run(built, [undefined, picture(1)]).pooled)[0]).toEqual(Array(8).fill(0));
  });

  test('what lies under a hidden token changes nothing, though it does when it is not hidden', () => {
    const hidden = [[0, 0, 0, 0, 1, 0]];
    const other = picture(1);
    // Token 4 is the second of the lower row: rows 4 to 7, columns 4 to 7.
    for (let y = 4; y < 8; y++) for (let x = 4; x < 8; x++) other.pixels[y * 12 + x]! ^= 0xff;
    const values = (pixels: ReturnType<typeof picture>, mask?: number[][]) =>
      rows(run(built, [pixels], mask).values)[0]!;
    expect(values(picture(1), hidden)).toEqual(values(other, hidden));
    expect(largest(values(picture(1)), values(other))).toBeGreaterThan(1e-3);
    expect(largest(values(picture(1)), values(picture(1), hidden))).toBeGreaterThan(1e-3);
  });

  test('every trainable weight gets the gradient that differences give', () => {
    const arrays = [picture(1), undefined, picture(2)];
    const mix = (x: Tensor) => tf.mean(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));
    const loss = () => {
      const { values, pooled } = run(built, arrays, [[0, 1, 0, 0, 0, 1], NOTHING, [1, 0, 0, 0, 0, 0]]);
      const target = built.adapter.target;
      if (target?.kind !== 'values') throw new Error('no values');
      return tf.addN([mix(values), mix(pooled), mix(target.score(values, built.step))]);
    };
    const { compared } = numericGradientCheck(tf, built.weights, loss, { delta: 3e-3, entries: 3 });
    expect(compared).toBeGreaterThan(30);
  });

  test('masks hide only valid tokens, by squares of the picture too', () => {
    const { valid, position } = run(built, [picture(1), undefined]);
    const kinds = built.adapter.supports.masks;
    expect(kinds).toContain('block');
    const hidden = built.adapter.mask({ valid, position }, { kind: 'block', ratio: 0.9, block: 0.9 }, built.step);
    expect(rows(hidden)[0]).toContain(1);
    expect(rows(hidden)[1]).toEqual(NOTHING);
  });

  test('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      run(built, [picture(1)]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('statistics and fixed positions are weights that do not train', () => {
  const { weights } = build(CONFIGS['patches, two levels, sincos']!);
  expect(['mean', 'std', 'positions'].map((name) => weights.get(name)!.trainable)).toEqual([false, false, false]);
  expect(weights.get('mean')!.dataSync()[0]).toBeCloseTo(0.4, 6);
  expect(build(CONFIGS.cnn!).weights.get('positions')!.trainable).toBe(true);
});

test.each(['learnable', 'sincos'] as const)('weights of one size serve another, with %s positions', (positions) => {
  const base = { channels: 1 as const, patch: 4, width: 8, layers: 1, heads: 2, positions };
  const shapes = (options: ImageOptions) => [...build(options).weights].map(([name, { shape }]) => `${name} ${shape}`);
  const small = shapes({ ...base, size: [8, 12] });
  expect(shapes({ ...base, size: [16, 16], positionGrid: [2, 3] })).toEqual(small);
  expect(shapes({ ...base, size: [16, 16] })).not.toEqual(small);
});

test('the map of an earlier stage comes to the grid as the mean of the places of each token', () => {
  // 4 x 4 places 0 … 15 on a grid of 2 x 2: (0 + 1 + 4 + 5) / 4 = 2.5, two more to the right, eight more below.
  const map = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
  expect([...poolToGrid(tf, map, 2, 2).dataSync()]).toEqual([2.5, 4.5, 10.5, 12.5]);
  expect([...poolToGrid(tf, map, 4, 4).dataSync()]).toEqual([...map.dataSync()]);
});

test('a convolution sees the neighbours of a square and no farther than its reach', () => {
  // Two stages of one block reach 1 + 2 pixels at stage 1 and as many places of 2 and 4 at stage 2: under 16 pixels.
  const { adapter, step } = build({ ...common, size: [8, 32], encoder: 'cnn', stages: [4, 8] });
  const values = (first: number) => {
    const pixels = noise(256, 1).map((value, index) => (index % 32 < 4 ? first : value));
    const tensors = tensorsOf(adapter.collate([{ pixels }], { batch: 1, length: 0 }, hostContext('', STATE)));
    return rows(tf.squeeze(adapter.encode(tensors, { hidden: tf.zeros([1, 16], 'bool') }, step).values, [0]));
  };
  const differences = values(0).map((token, index) => largest(token, values(255)[index]!));
  expect([differences[0]! > 1e-3, differences[1]! > 1e-3, differences[7]]).toEqual([true, true, 0]);
});
