import type { Tensor } from '@modalkit/contract';
import { createTestModel, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import type { PreparedVideo } from '../src/prepared-video.js';
import type { VideoState } from '../src/video-adapter.js';
import type { VideoOptions } from '../src/video-options.js';
import { adapterOf, clipOf, hostContext } from './helpers.js';
import { tensorsOf, tf } from './tf.js';

const STATE: VideoState = { mean: [0.4], std: [0.3] };
/** Frames of 4 x 6 pixels in patches of side 2: 2 x 3 = 6 places. */
const FRAME = 24;
const common = { size: [4, 6] as [number, number], channels: 1 as const, patch: 2, width: 8, layers: 2, heads: 2 };
const CONFIGS: Record<string, VideoOptions> = {
  frames: { ...common, maxFrames: 4 },
  tubelets: { ...common, maxFrames: 6, encoder: 'tubelets' },
  cnn: { ...common, patch: undefined, maxFrames: 4, encoder: 'cnn', stages: [6] },
  'frames in windows': { ...common, maxFrames: 8, policy: 'fps', fps: 4, window: 0.5 },
  'tubelets in windows': { ...common, maxFrames: 8, policy: 'fps', fps: 4, window: 1, encoder: 'tubelets', tubelet: 3 },
};
const TIMES = [0.5, 0.75, 1, 1.25];
const clip = (seed: number, times = TIMES) => clipOf(times, FRAME, seed);

function build(options: VideoOptions) {
  const adapter = adapterOf(options);
  const model = createTestModel({ tf, state: STATE });
  adapter.init(model.init);
  // Off their first values: biases of zero would hide leaks.
  for (const weight of model.weights.values()) {
    const wave = tf.sin(tf.reshape(tf.range(1, weight.size + 1), weight.shape));
    if (weight.trainable) weight.assign(tf.add(weight, tf.mul(wave, 0.1)));
  }
  return { adapter, ...model };
}

type Built = ReturnType<typeof build>;
type Clips = readonly (PreparedVideo | undefined)[];

/** @param hidden tokens to hide, by row */
function run({ adapter, step }: Built, clips: Clips, hidden: number[][] = [], tokens = 24) {
  const bucket = { batch: clips.length, length: tokens };
  const arrays = tensorsOf(adapter.collate(clips, bucket, hostContext('', STATE)));
  const flags = clips.map((_, row) => Array.from({ length: tokens }, (_, i) => (hidden[row]?.includes(i) ? 1 : 0)));
  const encoded = adapter.encode(arrays, { hidden: tf.tensor2d(flags, [clips.length, tokens], 'bool') }, step);
  return { ...adapter.align(encoded, step.space, step), encoded };
}

const rows = (tensor: Tensor) => tf.unstack(tensor).map((row) => [...row.dataSync<'float32'>()]);
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

describe.each(Object.entries(CONFIGS))('%s', (_, options) => {
  const built = build(options);
  const depth = options.encoder === 'tubelets' ? (options.tubelet ?? 2) : 1;

  test('gives a token a patch and step, in the shapes of the contract', () => {
    const { encoded, values, pooled, target, position, valid, hidden } = run(built, [clip(1), clip(2)]);
    expect([encoded.values.shape, values.shape, pooled.shape]).toEqual([
      [2, 24, 8],
      [2, 24, 8],
      [2, 8],
    ]);
    expect(target!.shape).toEqual([2, 24, depth * 4]);
    expect([position.time!.shape, position.box!.shape, position.order!.shape]).toEqual([
      [2, 24, 2],
      [2, 24, 4],
      [2, 24],
    ]);
    expect([valid.dtype, hidden.dtype]).toEqual(['bool', 'bool']);
    expect([...tf.sum(tf.cast(valid, 'int32'), 1).dataSync()]).toEqual(Array(2).fill(built.adapter.length!(clip(1))));
  });

  test('the target is the standardised pixels under each token', () => {
    const { pixels } = clip(1);
    const target = rows(run(built, [clip(1)], [[0]]).target!)[0]!;
    const standardised = (pixel: number) => (pixels[pixel]! / 255 - 0.4) / 0.3;
    // The second token is the second place of the first frame, whose second row begins 6 pixels on.
    const second = target.slice(depth * 4, depth * 4 + 4);
    [2, 3, 8, 9].forEach((pixel, index) => {
      expect(second[index]).toBeCloseTo(standardised(pixel), 5);
    });
    if (depth > 1) expect(target[4]).toBeCloseTo(standardised(FRAME), 5);
  });

  test('a clip does not depend on the others, their order or an absent row', () => {
    const [first, second] = rows(run(built, [clip(1), clip(2, [0, 0.3])]).values);
    const [second2, absent, first2] = rows(run(built, [clip(2, [0, 0.3]), undefined, clip(1)]).values);
    expect(largest(first!, first2!)).toBeLessThan(1e-6);
    expect(largest(second!, second2!)).toBeLessThan(1e-6);
    expect(absent!.every((value) => value === 0)).toBe(true);
    expect(rows(run(built, [undefined, clip(1)]).pooled)[0]).toEqual(Array(8).fill(0));
  });

  test('padding changes no valid token, whether or not the bucket is a multiple of the places', () => {
    const tokens = built.adapter.length!(clip(1));
    const [bare] = rows(run(built, [clip(1)], [], tokens).values);
    for (const length of [tokens + 1, 31, 64]) {
      const padded = run(built, [clip(1)], [], length);
      expect(padded.values.shape).toEqual([1, length, 8]);
      const [values] = rows(padded.values);
      const unaligned = rows(padded.encoded.values)[0]!.slice(tokens * 8);
      expect(unaligned.every((value) => value === 0)).toBe(true);
      expect(largest(bare!, values!)).toBeLessThan(1e-6);
      expect(values!.slice(tokens * 8).every((value) => value === 0)).toBe(true);
    }
  });

  test('what lies under a hidden token changes nothing, though it does when it is not hidden', () => {
    // Token 8 is place 2 of the second step; its pixels: rows 0 and 1, columns 4 and 5 of the step's frames.
    const other = clip(1);
    for (let frame = depth; frame < Math.min(2 * depth, TIMES.length); frame++)
      for (const pixel of [4, 5, 10, 11]) other.pixels[frame * FRAME + pixel]! ^= 0xff;
    const values = (of: PreparedVideo, hidden: number[] = []) => rows(run(built, [of], [hidden]).values)[0]!;
    expect(other.pixels).not.toEqual(clip(1).pixels);
    expect(values(clip(1), [8])).toEqual(values(other, [8]));
    expect(largest(values(clip(1)), values(other))).toBeGreaterThan(1e-3);
    expect(largest(values(clip(1)), values(clip(1), [8]))).toBeGreaterThan(1e-3);
  });

  test('every trainable weight gets the gradient that differences give', () => {
    const small = build({ ...options, layers: 1 });
    // Far from the edge of the CNN's ReLU, to both sides of it: a difference across it is no gradient.
    for (const [name, weight] of small.weights)
      if (/^stage.*offset$/.test(name)) weight.assign(tf.tensor1d([4, -4, 4, -4, 4, -4]));
    const mix = (x: Tensor) => tf.mean(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));
    const loss = () => {
      const { values, pooled } = run(small, [clip(1), undefined, clip(2, [3, 3.1, 3.7])], [[1, 5], [], [0]]);
      const target = small.adapter.target;
      if (target?.kind !== 'values') throw new Error('no values');
      return tf.addN([mix(values), mix(pooled), mix(target.score(values, small.step))]);
    };
    const { compared } = numericGradientCheck(tf, small.weights, loss, { delta: 3e-3, entries: 2 });
    expect(compared).toBeGreaterThan(50);
  });

  test('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      run(built, [clip(1)]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('gives the same numbers twice', () => {
    expect(rows(run(built, [clip(1)]).values)).toEqual(rows(run(build(options), [clip(1)]).values));
  });
});

test('positions in time are true seconds: the same frames at other times are other tokens, a later clip is not', () => {
  const built = build(CONFIGS.frames!);
  const values = (times: number[]) => rows(run(built, [clip(1, times)]).values)[0]!;
  expect(largest(values([0, 0.1, 0.2, 0.3]), values([0, 0.1, 0.2, 0.9]))).toBeGreaterThan(1e-3);
  expect(largest(values([0, 0.25, 0.5, 0.75]), values([16, 16.25, 16.5, 16.75]))).toBeLessThan(1e-5);
});

test('attention reaches other places and other steps', () => {
  const built = build(CONFIGS.frames!);
  const values = (of: PreparedVideo) => rows(tf.squeeze(run(built, [of]).values, [0]));
  const other = clip(1);
  other.pixels[0]! ^= 0xff;
  const differences = values(clip(1)).map((token, index) => largest(token, values(other)[index]!));
  // Token 1: another place of the frame; 6: the same place of the next; 23: another place of the last, by two layers.
  for (const token of [1, 6, 23]) expect(differences[token]).toBeGreaterThan(1e-5);
});

test('windows do not see each other', () => {
  const built = build(CONFIGS['frames in windows']!);
  const values = (of: PreparedVideo) => rows(tf.squeeze(run(built, [of]).values, [0]));
  const other = clip(1);
  other.pixels[0]! ^= 0xff; // frames at 0.5 and 0.75 are one window, 1 and 1.25 the next
  const differences = values(clip(1)).map((token, index) => largest(token, values(other)[index]!));
  expect(differences[7]).toBeGreaterThan(1e-5);
  expect(differences.slice(12)).toEqual(Array(12).fill(0));
});

test('statistics and the rates of waves are weights that do not train', () => {
  const { weights } = build(CONFIGS.frames!);
  expect(['mean', 'std', 'rates'].map((name) => weights.get(name)!.trainable)).toEqual([false, false, false]);
  // Of width 8: waves of 0.1, 0.1 * 10^(4/3), 0.1 * 10^(8/3) and 1000 seconds.
  const rates = [...weights.get('rates')!.dataSync()].map((rate) => (2 * Math.PI) / rate);
  expect(rates[0]).toBeCloseTo(0.1, 5);
  expect(rates[1]).toBeCloseTo(2.15443, 4);
  expect(rates[3]! / 1000).toBeCloseTo(1, 4);
});
