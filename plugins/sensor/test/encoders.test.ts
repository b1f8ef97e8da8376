import type { Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import type { SensorOptions } from '../src/sensor-options.js';
import { parseSensorOptions } from '../src/sensor-options.js';
import { windowEncoder } from '../src/window-encoder.js';
import { pointsOf } from '../src/windows.js';
import { adapterOf, hostContext, tensorsOf, tf } from './helpers.js';
import { noise } from './series.js';

/** Windows of 4 points of 2 channels. */
const common = { channels: ['x', 'y'], rate: 10, window: 0.4, width: 8, heads: 2, layers: 1, maxTokens: 8 };
const CONFIGS: Record<string, SensorOptions> = {
  patches: { ...common },
  'patches, sincos': { ...common, positions: 'sincos' },
  'patches, overlapping': { ...common, stride: 0.2 },
  'patches, chunks': { ...common, chunk: 2 },
  conv: { ...common, encoder: 'conv', stages: [4, 6], kernel: 3 },
  'spectrum, overlapping, chunks': { ...common, encoder: 'spectrum', frame: 3, hop: 2, stride: 0.3, chunk: 3 },
  'conv, overlapping, chunks': { ...common, encoder: 'conv', stages: [4], kernel: 5, stride: 0.3, chunk: 3 },
};
const NOTHING = [0, 0, 0, 0];

/** A sample of so many windows; a tenth of its values was not measured. */
function sample(options: SensorOptions, seed: number, tokens = 4) {
  const points = pointsOf(tokens, parseSensorOptions(options));
  const present = Uint8Array.from(noise(2 * points, 1000 + seed), (value) => Number(value > -0.8));
  const values = Float32Array.from(noise(2 * points, seed), (value, index) => value * present[index]!);
  return { start: seed, values, present, valid: new Uint8Array(tokens).fill(1) };
}

function build(options: SensorOptions) {
  const adapter = adapterOf(options);
  const model = createTestModel({ tf, state: undefined });
  adapter.init(model.init);
  // Off their first values: biases of zero would hide leaks.
  for (const weight of model.weights.values()) {
    const wave = tf.sin(tf.reshape(tf.range(1, weight.size + 1), weight.shape));
    if (weight.trainable) weight.assign(tf.add(weight, tf.mul(wave, 0.1)));
  }
  return { adapter, ...model };
}

type Built = ReturnType<typeof build>;
type Prepared = ReturnType<typeof sample>;

function run({ adapter, step }: Built, samples: (Prepared | undefined)[], hidden: number[][] = [], length = 4) {
  const arrays = tensorsOf(adapter.collate(samples, { batch: samples.length, length }, hostContext()));
  const rows = samples.map((_, row) => [...(hidden[row] ?? NOTHING), ...Array(length).fill(0)].slice(0, length));
  const mask = tf.tensor2d(rows, [samples.length, length], 'bool');
  const encoded = adapter.encode(arrays, { hidden: mask }, step);
  return { ...adapter.align(encoded, step.space, step), encoded };
}

const rows = (tensor: Tensor) => tf.unstack(tensor).map((row) => [...row.dataSync<'float32'>()]);
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

describe.each(Object.entries(CONFIGS))('%s', (_, options) => {
  const built = build(options);

  test('gives a token a window, in the shapes of the contract, with its time', () => {
    const { targetWidth } = windowEncoder(parseSensorOptions(options), 4);
    const { encoded, values, pooled, target, position, valid, hidden } = run(built, [
      sample(options, 1),
      sample(options, 2),
    ]);
    expect([encoded.values.shape, target!.shape, position.time!.shape]).toEqual([
      [2, 4, 8],
      [2, 4, targetWidth],
      [2, 4, 2],
    ]);
    expect([values.shape, pooled.shape]).toEqual([
      [2, 4, 8],
      [2, 8],
    ]);
    expect([valid.dtype, hidden.dtype]).toEqual(['bool', 'bool']);
    const stride = options.stride ?? 0.4;
    expect(largest(rows(position.time!)[1]!.slice(2, 4), [2 + stride, 2.4 + stride])).toBeLessThan(1e-6);
  });

  test.skipIf(options.encoder === 'spectrum')('the target is the values of the window', () => {
    const one = sample(options, 1);
    const stride = parseSensorOptions(options).stridePoints;
    const target = rows(run(built, [one], [[0, 1, 0, 0]]).target!)[0]!;
    expect(target.slice(0, 8)).toEqual([...one.values.subarray(0, 8)]);
    expect(target.slice(8, 16)).toEqual([...one.values.subarray(2 * stride, 2 * stride + 8)]);
  });

  test('a sample does not depend on the others, their order, an absent row or padding', () => {
    const [a, b] = [sample(options, 1), sample(options, 2, 3)];
    const valid = (tensor: Tensor, row: number, tokens: number) => rows(tensor)[row]!.slice(0, tokens * 8);
    const first = run(built, [a, b]);
    const second = run(built, [b, undefined, a], [], 7);
    expect(largest(valid(first.values, 0, 4), valid(second.values, 2, 4))).toBeLessThan(2e-6);
    expect(largest(valid(first.values, 1, 3), valid(second.values, 0, 3))).toBeLessThan(2e-6);
    expect(largest(rows(first.pooled)[0]!, rows(second.pooled)[2]!)).toBeLessThan(2e-6);
    expect(rows(second.values)[1]!.every((value) => value === 0)).toBe(true);
    expect(rows(second.pooled)[1]).toEqual(Array(8).fill(0));
    expect(
      rows(second.values)[0]!
        .slice(24)
        .every((value) => value === 0),
    ).toBe(true);
  });

  test('what lies under a hidden token changes nothing, though it does when it is not hidden', () => {
    const hidden = [[0, 1, 0, 0]];
    const other = sample(options, 1);
    const stride = parseSensorOptions(options).stridePoints;
    for (let entry = 2 * stride; entry < 2 * stride + 8; entry++) {
      other.values[entry]! += 3;
      other.present[entry] = 1;
    }
    const values = (of: Prepared, mask?: number[][]) => rows(run(built, [of], mask).values)[0]!;
    expect(values(sample(options, 1), hidden)).toEqual(values(other, hidden));
    expect(largest(values(sample(options, 1)), values(other))).toBeGreaterThan(1e-3);
    expect(largest(values(sample(options, 1)), values(sample(options, 1), hidden))).toBeGreaterThan(1e-3);
  });

  test('a value that was not measured is told from one that is the mean', () => {
    const [measured, missing] = [sample(options, 1), sample(options, 1)];
    measured.values[3] = 0;
    missing.values[3] = 0;
    measured.present[3] = 1;
    missing.present[3] = 0;
    const values = (of: Prepared) => rows(run(built, [of]).values)[0]!;
    expect(largest(values(measured), values(missing))).toBeGreaterThan(1e-4);
  });

  test('every trainable weight gets the gradient that differences give', () => {
    const mix = (x: Tensor) => tf.mean(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));
    const samples = [sample(options, 1), undefined, sample(options, 2)];
    const loss = () => {
      const { values, pooled } = run(built, samples, [[0, 1, 0, 0], NOTHING, [1, 0, 0, 1]]);
      const target = built.adapter.target;
      if (target?.kind !== 'values') throw new Error('no values');
      return tf.addN([mix(values), mix(pooled), mix(target.score(values, built.step))]);
    };
    const { compared } = numericGradientCheck(tf, built.weights, loss, { delta: 3e-3, entries: 3 });
    expect(compared).toBeGreaterThan(30);
  });

  test.each([
    { kind: 'random', ratio: 0.6 },
    { kind: 'span', ratio: 0.6, span: 2 },
    { kind: 'drop', ratio: 1 },
  ] as const)('mask $kind hides valid tokens only', (policy) => {
    const { valid, position } = run(built, [sample(options, 1), undefined, sample(options, 2, 3)]);
    const hidden = rows(built.adapter.mask({ valid, position }, policy, built.step));
    expect([hidden[0]!.includes(1) || hidden[2]!.includes(1), hidden[1], hidden[2]![3]]).toEqual([true, NOTHING, 0]);
    const evaluation = { ...built.step, training: false };
    expect(rows(built.adapter.mask({ valid, position }, policy, evaluation))[0]).toEqual(NOTHING);
  });

  test('leaves no tensor behind and gives the same twice', () => {
    const before = tf.memory().numTensors;
    const [first, second] = [0, 0].map(() =>
      tf.tidy(() => rows(run(built, [sample(options, 1)]).values) as never),
    ) as unknown as number[][][];
    expect(tf.memory().numTensors).toBe(before);
    expect(first).toEqual(second);
  });
});

test('tokens of one chunk know nothing of another; without chunks they do', () => {
  for (const [options, apart] of [
    [CONFIGS['patches, chunks']!, true],
    [CONFIGS.patches!, false],
  ] as const) {
    const built = build(options);
    const [one, other] = [sample(options, 1), sample(options, 1)];
    other.values.fill(1, 24);
    const [a, b] = [one, other].map((of) => rows(run(built, [of]).values)[0]!.slice(0, 16));
    expect(largest(a!, b!) === 0).toBe(apart);
  }
});

test('an invalid window in the middle changes no other', () => {
  const built = build(CONFIGS.patches!);
  const [one, other] = [sample(CONFIGS.patches!, 1), sample(CONFIGS.patches!, 1)];
  one.valid[1] = 0;
  other.valid[1] = 0;
  other.values.fill(7, 8, 16);
  const [a, b] = [one, other].map((of) => rows(run(built, [of]).values)[0]!);
  expect(a).toEqual(b);
  expect(a!.slice(8, 16).every((value) => value === 0)).toBe(true);
});

test('fixed positions do not train', () => {
  expect(build(CONFIGS['patches, sincos']!).weights.get('positions')!.trainable).toBe(false);
  expect(build(CONFIGS.patches!).weights.get('positions')!.trainable).toBe(true);
});
