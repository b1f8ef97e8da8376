import type { Tensor } from '@modalkit/contract';
import { createTestModel, gradientsByName, numericGradientCheck } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import type { AudioState } from '../src/audio-adapter.js';
import type { AudioOptions } from '../src/audio-options.js';
import type { PreparedSound } from '../src/prepared-sound.js';
import { adapterOf, hostContext, soundOf, tensorsOf, tf } from './helpers.js';

const MELS = 8;
const STATE: AudioState = { mean: Array(MELS).fill(0.1), std: Array(MELS).fill(0.6) };
const common = { rate: 8000, hop: 80, mels: MELS, maxSeconds: 0.4 } as const;
/** A token for 20 ms or 40 ms; chunks of 4 steps, of which 2 are their own. */
const CONFIGS: Record<string, AudioOptions> = {
  whisper: { ...common, stride: 4, width: 8, layers: 1, heads: 2 },
  'whisper, stride 2, learnable': { ...common, stride: 2, width: 8, layers: 1, heads: 2, positions: 'learnable' },
  'whisper in chunks': { ...common, stride: 4, width: 8, layers: 1, heads: 2, chunk: { seconds: 0.16, overlap: 0.08 } },
  cnn: { ...common, encoder: 'cnn', stages: [6, 8], width: 8 },
  'cnn, two blocks, stride 2': { ...common, encoder: 'cnn', stages: [6, 8], blocks: 2, stride: 2, width: 8 },
  'cnn in chunks': { ...common, encoder: 'cnn', stages: [6, 8], width: 8, chunk: { seconds: 0.16, overlap: 0.08 } },
  patches: { ...common, encoder: 'patches', patch: [4, 4], width: 8, layers: 1, heads: 2 },
  'patches in chunks': {
    ...common,
    ...{ encoder: 'patches', patch: [4, 4], width: 8, layers: 1, heads: 2, positions: 'sincos' },
    chunk: { seconds: 0.16, overlap: 0.08 },
  },
};

function build(options: AudioOptions) {
  const adapter = adapterOf(options);
  const model = createTestModel({ tf, state: STATE });
  adapter.init(model.init);
  // Off their first values: biases of zero would hide leaks, and flat patches would lie on the kink of ReLU.
  for (const weight of model.weights.values()) {
    const wave = tf.sin(tf.reshape(tf.range(1, weight.size + 1), weight.shape));
    if (weight.trainable) weight.assign(tf.add(weight, tf.mul(wave, 0.1)));
  }
  const { stride, rows } = adapter.options as unknown as { stride: number; rows: number };
  return { adapter, ...model, stride, rows };
}

type Built = ReturnType<typeof build>;

function run({ adapter, step }: Built, sounds: (PreparedSound | undefined)[], length: number, hidden: number[][] = []) {
  const arrays = tensorsOf(adapter.collate(sounds, { batch: sounds.length, length }, hostContext('', STATE)));
  const mask = tf.tensor2d(
    sounds.map((_, row) => Array.from({ length }, (_, token) => hidden[row]?.[token] ?? 0)),
    [sounds.length, length],
    'bool',
  );
  const encoded = adapter.encode(arrays, { hidden: mask }, step);
  return { ...adapter.align(encoded, step.space, step), encoded };
}

const rows = (tensor: Tensor) => tf.unstack(tensor).map((row) => [...row.dataSync<'float32'>()]);
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

describe.each(Object.entries(CONFIGS))('%s', (_, options) => {
  const built = build(options);
  const { stride, rows: column } = built;
  const sound = (steps: number, seed: number) => soundOf(steps, stride, MELS, seed, 3);
  const width = 8;
  /** Values of a sound's own tokens. */
  const own = (values: number[], steps: number) => values.slice(0, steps * column * width);

  test('gives the tokens that length says, in the shapes of the contract', () => {
    const [first, second] = [sound(5, 1), sound(3, 2)];
    const length = built.adapter.length!(first);
    expect([length, built.adapter.length!(second)]).toEqual([5 * column, 3 * column]);
    const { encoded, values, pooled, target, position, valid, hidden } = run(built, [first, second], length);
    expect([encoded.values.shape, values.shape, pooled.shape]).toEqual([
      [2, length, width],
      [2, length, 8],
      [2, 8],
    ]);
    expect([target!.shape, position.time!.shape]).toEqual([
      [2, length, (stride * MELS) / column],
      [2, length, 2],
    ]);
    expect([valid.dtype, hidden.dtype]).toEqual(['bool', 'bool']);
    expect(rows(valid)[1]).toEqual([...Array(3 * column).fill(1), ...Array(2 * column).fill(0)]);
  });

  test('the target is the standardised log-mel patch under each token', () => {
    const input = sound(5, 1);
    const target = rows(run(built, [input], 5 * column).target!)[0]!;
    const values = (stride * MELS) / column;
    // The last token: the topmost mels of the last step. Its second frame begins MELS / column values later.
    const token = 5 * column - 1;
    const at = (frame: number, mel: number) => (input.mel[(4 * stride + frame) * MELS + mel]! - 0.1) / 0.6;
    const lowest = MELS - MELS / column;
    expect(target[token * values]).toBeCloseTo(at(0, lowest), 5);
    expect(target[token * values + MELS / column]).toBeCloseTo(at(1, lowest), 5);
    expect(target.at(-1)).toBeCloseTo(at(stride - 1, MELS - 1), 5);
  });

  test('times are seconds on the sound’s clock', () => {
    const { position } = run(built, [sound(2, 1)], 2 * column);
    const seconds = (stride * 80) / 8000;
    const times = rows(position.time!)[0]!;
    expect(times[0]).toBeCloseTo(3, 5);
    expect(times.at(-2)).toBeCloseTo(3 + seconds, 5);
    expect(times.at(-1)).toBeCloseTo(3 + 2 * seconds, 5);
  });

  test('padding changes no token, and a sample does not depend on the others or their order', () => {
    const [first, second] = [sound(5, 1), sound(3, 2)];
    const [alone] = rows(run(built, [second], 3 * column).values);
    for (const length of [5 * column, 5 * column + 3, 8 * column]) {
      const [, padded] = rows(run(built, [first, second], length).values);
      expect(largest(own(padded!, 3), alone!)).toBeLessThan(2e-6);
      expect(padded!.slice(3 * column * width).every((value) => value === 0)).toBe(true);
      const [padded2, absent, first2] = rows(run(built, [second, undefined, first], length).values);
      expect(largest(own(padded2!, 3), alone!)).toBeLessThan(2e-6);
      expect(absent!.every((value) => value === 0)).toBe(true);
      expect(largest(first2!, rows(run(built, [first], length).values)[0]!)).toBeLessThan(2e-6);
    }
    expect(rows(run(built, [undefined, first], 5 * column).pooled)[0]).toEqual(Array(8).fill(0));
  });

  test('what lies under a hidden token changes nothing, though it does when it is not hidden', () => {
    // Step 2 is hidden: in chunks it is the first of the second chunk, and context of the first.
    const hidden = [Array.from({ length: 5 * column }, (_, token) => (Math.floor(token / column) === 2 ? 1 : 0))];
    const other = { ...sound(5, 1), mel: sound(5, 1).mel.slice() };
    for (let index = 2 * stride * MELS; index < 3 * stride * MELS; index++) other.mel[index]! += 1;
    const values = (input: PreparedSound, mask?: number[][]) => rows(run(built, [input], 5 * column, mask).values)[0]!;
    expect(values(sound(5, 1), hidden)).toEqual(values(other, hidden));
    expect(largest(values(sound(5, 1)), values(other))).toBeGreaterThan(1e-3);
    expect(largest(values(sound(5, 1)), values(sound(5, 1), hidden))).toBeGreaterThan(1e-3);
  });

  const loss = () => {
    const hidden = [[0, 1, 0, 0, 1, 1, 0, 1], [], [1]];
    const { values, pooled } = run(built, [sound(5, 1), undefined, sound(3, 2)], 5 * column, hidden);
    const mix = (x: Tensor) => tf.mean(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));
    const { target } = built.adapter;
    if (target?.kind !== 'values') throw new Error('no values');
    return tf.addN([mix(values), mix(pooled), mix(target.score(values, built.step))]);
  };

  test('every trainable weight gets a gradient, the one that differences give', () => {
    const { compared } = numericGradientCheck(tf, built.weights, loss, { delta: 1e-3, entries: 2 });
    expect(compared).toBeGreaterThan(20);
    const gradients = gradientsByName(tf, built.weights, loss);
    const still = [...gradients].filter(([, gradient]) => gradient.every((value) => value === 0));
    expect(still.map(([name]) => name)).toEqual([]);
  });

  test('masks hide only valid tokens', () => {
    const { valid, position } = run(built, [sound(3, 1), undefined], 5 * column);
    for (const policy of [
      { kind: 'random', ratio: 0.99 },
      { kind: 'span', ratio: 0.99, span: 2 },
      { kind: 'drop', ratio: 0.99 },
    ] as const) {
      expect(built.adapter.supports.masks).toContain(policy.kind);
      const hidden = built.adapter.mask({ valid, position }, policy, built.step);
      expect(rows(hidden)[0]!.slice(0, 3 * column)).toContain(1);
      expect(rows(hidden)[0]!.slice(3 * column)).not.toContain(1);
      expect(rows(hidden)[1]).not.toContain(1);
    }
  });

  test('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      run(built, [sound(5, 1)], 5 * column);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('statistics and sinusoids are weights that do not train', () => {
  const { weights } = build(CONFIGS.whisper!);
  expect(['mean', 'std', 'positions'].map((name) => weights.get(name)!.trainable)).toEqual([false, false, false]);
  expect(build(CONFIGS.cnn!).weights.get('positions')!.trainable).toBe(true);
});

test('Whisper’s two convolutions reach two frames to either side', () => {
  // Token t of stride 2 is conv2's output t: outputs 2t - 1, 2t, 2t + 1 of conv1, so frames 2t - 2 … 2t + 2.
  const { adapter, step } = build({ ...CONFIGS['whisper, stride 2, learnable']!, layers: 0 } as AudioOptions);
  const values = (changed: number) => {
    const sound = soundOf(8, 2, MELS, 1);
    for (let index = 0; index < MELS; index++) sound.mel[changed * MELS + index]! += 1;
    const arrays = tensorsOf(adapter.collate([sound], { batch: 1, length: 8 }, hostContext('', STATE)));
    return rows(tf.squeeze(adapter.encode(arrays, { hidden: tf.zeros([1, 8], 'bool') }, step).values, [0]));
  };
  const plain = values(15);
  const reached = (frame: number) => values(frame).map((token, index) => largest(token, plain[index]!) > 1e-6);
  expect(reached(4).slice(0, 5)).toEqual([false, true, true, true, false]); // 4 = 2 * 1 + 2 = 2 * 3 - 2
  expect(reached(5).slice(0, 5)).toEqual([false, false, true, true, false]); // 5 = 2 * 2 + 1 = 2 * 3 - 1
});

test('chunks: tokens do not hear beyond their chunk’s context', () => {
  // Own steps 0-1, 2-3, 4-5, each with one step of context: step 4 is heard by 3 (context) and by its own chunk, not by 0-1.
  const built = build(CONFIGS['whisper in chunks']!);
  const values = (changed: number) => {
    const sound = soundOf(6, 4, MELS, 1);
    for (let index = 0; index < 4 * MELS; index++) sound.mel[changed * 4 * MELS + index]! += 1;
    return rows(tf.squeeze(run(built, [sound], 6).encoded.values, [0]));
  };
  const plain = rows(tf.squeeze(run(built, [soundOf(6, 4, MELS, 1)], 6).encoded.values, [0]));
  const reached = (step: number) => values(step).map((token, index) => largest(token, plain[index]!) > 1e-6);
  expect(reached(4)).toEqual([false, false, true, true, true, true]);
  expect(reached(5)).toEqual([false, false, false, false, true, true]);
});

test.each([
  ['whisper', 'whisper in chunks'],
  ['cnn', 'cnn in chunks'],
  ['patches', 'patches in chunks'],
])(
  '%s in chunks: a sound within one chunk gives the tokens that it gives without, positions apart',
  (whole, chunked) => {
    const tokens = (name: string) => {
      const built = build(CONFIGS[name]!);
      const positions = built.weights.get('positions')!;
      positions.assign(tf.zerosLike(positions));
      return rows(run(built, [soundOf(2, 4, MELS, 1)], 2 * built.rows).encoded.values)[0]!;
    };
    expect(largest(tokens(whole), tokens(chunked))).toBeLessThan(2e-6);
  },
);
