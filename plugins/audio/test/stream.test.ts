import type { LiveEvent, LiveWindow } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { describe, expect, test } from 'vitest';
import type { AudioOptions } from '../src/audio-options.js';
import type { PreparedSound } from '../src/prepared-sound.js';
import { adapterOf, hostContext, tensorsOf, tf } from './helpers.js';
import { noise, tone } from './sounds.js';

const RATE = 8000;
const MELS = 16;
const common = {
  rate: RATE,
  mels: MELS,
  floor: -6,
  standardise: 'whisper',
  chunk: { seconds: 0.32, overlap: 0.16 },
} as const;
const CONFIGS: Record<string, AudioOptions> = {
  whisper: { ...common, width: 8, layers: 1, heads: 2 },
  cnn: { ...common, encoder: 'cnn', stages: [4, 6], width: 8 },
  patches: { ...common, encoder: 'patches', patch: [4, 8], width: 8, layers: 1, heads: 2 },
  'no overlap': { ...common, width: 8, layers: 1, heads: 2, chunk: { seconds: 0.2, overlap: 0 } },
};
/** A voice-like sound of 1.5378 s: no whole number of tokens. */
const sound = tone(440, RATE, 1.53775).map(
  (value, index) => value * Math.sin(index / 900) + 0.05 * noise(1, index)[0]!,
);

const data = (samples: Float32Array, at: number): LiveEvent => ({
  ...{ kind: 'data', value: { samples, rate: RATE }, arrived: 100 },
  time: [5 + at / RATE, 5 + (at + samples.length) / RATE],
});

/** Windows of a sound that is pushed in pieces of these lengths, over and over. */
function windowsOf(options: AudioOptions, pieces: readonly number[]): LiveWindow<PreparedSound>[] {
  const stream = adapterOf(options).stream!(hostContext());
  const found: LiveWindow<PreparedSound>[] = [];
  for (let at = 0, turn = 0; at < sound.length; turn++) {
    const samples = sound.subarray(at, at + pieces[turn % pieces.length]!);
    found.push(...stream.push(data(samples, at)));
    at += samples.length;
  }
  return [...found, ...stream.flush()];
}

describe.each(Object.entries(CONFIGS))('%s', (_, options) => {
  const adapter = adapterOf(options);
  const { init, step } = createTestModel({ tf, state: undefined, training: false });
  adapter.init(init);
  const tokensOf = (prepared: PreparedSound, length = adapter.length!(prepared)) => {
    const arrays = tensorsOf(adapter.collate([prepared], { batch: 1, length }, hostContext()));
    const hidden = tf.zeros([1, length], 'bool');
    const { values, position } = adapter.encode(arrays, { hidden }, step);
    return { values: [...values.dataSync<'float32'>()], time: [...position.time!.dataSync()] };
  };

  test('windows give the tokens of the whole sound, whatever the pieces', async () => {
    expect(adapter.supports.streaming).toBe(true);
    const whole = await adapter.prepare({ samples: sound, rate: RATE }, hostContext());
    const expected = tokensOf(whole);
    for (const pieces of [[800], [1, 77, 2000], [sound.length]]) {
      const windows = windowsOf(options, pieces);
      expect(windows.length).toBeGreaterThan(5);
      const values = windows.flatMap(({ prepared }) => tokensOf(prepared).values);
      expect(values).toHaveLength(expected.values.length);
      expect(Math.max(...values.map((value, index) => Math.abs(value - expected.values[index]!)))).toBeLessThan(1e-5);
      const times = windows.flatMap(({ prepared }) => tokensOf(prepared).time);
      expect(Math.max(...times.map((time, index) => Math.abs(time - 5 - expected.time[index]!)))).toBeLessThan(1e-5);
    }
  });

  test('their times follow each other on the stream’s clock', () => {
    const windows = windowsOf(options, [800]);
    expect(windows[0]!.time[0]).toBeCloseTo(5, 9);
    windows.slice(1).forEach(({ time, arrived }, index) => {
      expect(time[0]).toBeCloseTo(windows[index]!.time[1], 9);
      expect(arrived).toBe(100);
    });
  });
});

test('a window is ready as soon as its context has come', () => {
  // Chunks of 8 steps of 320 samples, 4 of them their own, with 2 of context: the first hears up to step 6, whose last frame
  // (23, centred on sample 1840) needs a window's second half: 1840 + 100 samples.
  const stream = adapterOf(CONFIGS.whisper!).stream!(hostContext());
  expect(stream.push(data(sound.subarray(0, 1939), 0))).toHaveLength(0);
  const [window, ...more] = stream.push(data(sound.subarray(1939, 1940), 1939));
  expect(more).toEqual([]);
  expect(window!.prepared).toMatchObject({ steps: 4, before: 0, after: 2 });
});

test('a gap ends the sound: nothing is heard across it', async () => {
  const stream = adapterOf(CONFIGS.whisper!).stream!(hostContext());
  stream.push(data(sound.subarray(0, 4000), 0));
  const rest = stream.push({ kind: 'gap', time: [5.5, 9], reason: 'unplugged' });
  expect(rest.at(-1)!.time[1]).toBeCloseTo(5.52, 9); // 0.5 s filled up to 13 tokens of 40 ms
  const again = [...stream.push(data(sound.subarray(0, 4000), 32_000)), ...stream.flush()];
  const { mel } = await adapterOf(CONFIGS.whisper!).prepare(
    { samples: sound.subarray(0, 4000), rate: RATE },
    hostContext(),
  );
  expect(again[0]!.time[0]).toBeCloseTo(9, 9);
  expect(again[0]!.prepared.mel).toEqual(mel.subarray(0, again[0]!.prepared.mel.length));
  // Less than a window is nothing.
  stream.push(data(sound.subarray(0, 150), 0));
  expect(stream.flush()).toEqual([]);
});

test('configurations that hear the whole clip refuse by name, and so does another rate', () => {
  const refusal = (options: AudioOptions) => {
    expect(adapterOf(options).supports.streaming).toBe(false);
    return () => adapterOf(options).stream!(hostContext());
  };
  expect(refusal({})).toThrow(/^@modalkit\/audio cannot stream .*set chunk: .* and floor to a number/);
  expect(refusal({ chunk: common.chunk })).toThrow(/set floor to a number/);
  expect(refusal({ floor: -6 })).toThrow(/set chunk: \{ seconds, overlap \}\.$/);
  const stream = adapterOf(CONFIGS.whisper!).stream!(hostContext());
  const value = { samples: new Float32Array(9), rate: 48_000 };
  expect(() => stream.push({ kind: 'data', value, time: [0, 1], arrived: 1 })).toThrow(/hears 8000 Hz, .* has 48000/);
});
