import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveEvent, LiveWindow, Tensor } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { LiveFrame } from '../src/index.js';
import { recordFrames } from '../src/live/record-frames.js';
import { frameCount, type PreparedVideo } from '../src/prepared-video.js';
import type { VideoOptions } from '../src/video-options.js';
import { adapterOf, hostContext, noise } from './helpers.js';
import { tensorsOf, tf } from './tf.js';

const STATE = { mean: [0.5], std: [0.25] };
const common = { size: [4, 6] as [number, number], channels: 1 as const, patch: 2, width: 8, layers: 2, heads: 2 };
const live: VideoOptions = { ...common, policy: 'fps', fps: 5, window: 1, maxFrames: 64 };

function frameAt(time: number, index: number): LiveEvent<LiveFrame> {
  const value: LiveFrame = { pixels: noise(24, index), width: 6, height: 4, channels: 1 };
  return { kind: 'data', value, time: [time, time + 0.2], arrived: time + 0.01 };
}

/** Ten frames a second with jitter from second 7.3 on, nothing from 2.5 to 5.6 s after that. */
const EVENTS = Array.from({ length: 80 }, (_, index) => 7.3 + index / 10 + 0.02 * Math.sin(5 * index))
  .filter((time) => time < 9.8 || time > 12.9)
  .flatMap((time, index): LiveEvent<LiveFrame>[] => {
    const gap = { kind: 'gap', time: [9.8, 12.9], reason: 'lost' } as const;
    return index === 25 ? [gap, frameAt(time, index)] : [frameAt(time, index)];
  });

function windowsOf(options: VideoOptions, events: readonly LiveEvent[]): LiveWindow<PreparedVideo>[] {
  const stream = adapterOf(options).stream!(hostContext('', STATE));
  return [...events.flatMap((event) => [...stream.push(event)]), ...stream.flush()];
}

test('windows are counted from the first frame; one is ready when what comes after it has come; empty ones are left out', () => {
  const windows = windowsOf(live, EVENTS);
  expect(windows.map(({ time }) => time.map((at) => Number((at - 7.3).toFixed(6))))).toEqual([
    ...[
      [0, 1],
      [1, 2],
      [2, 3],
      [5, 6],
      [6, 7],
      [7, 8],
    ],
  ]);
  // five frames a second pass of ten; the one nearest to the sixth moment comes before the edge
  expect(windows.map(({ prepared }) => frameCount(prepared)).slice(0, 2)).toEqual([6, 5]);
  const [first] = windows;
  expect(first!.arrived).toBeGreaterThan(8.3);
  expect(first!.arrived).toBeLessThan(8.45);
  for (const { prepared, time } of windows)
    for (const at of prepared.times) expect(at).toBeGreaterThanOrEqual(time[0] - 1e-9);
});

test('a gap that reaches over the end of a window makes it ready at once', () => {
  const stream = adapterOf(live).stream!(hostContext('', STATE));
  expect(stream.push(frameAt(0, 1))).toEqual([]);
  expect(stream.push({ kind: 'gap', time: [0.3, 0.8], reason: 'lost' })).toEqual([]);
  const ready = stream.push({ kind: 'gap', time: [0.8, 1.4], reason: 'lost' });
  expect(ready.map(({ time, arrived }) => [time, arrived])).toEqual([[[0, 1], 0.01]]);
  expect(stream.flush()).toEqual([]);
});

test('frames of another size are refused with what to do', () => {
  const stream = adapterOf({ ...live, channels: 3 }).stream!(hostContext('', STATE));
  expect(() => stream.push(frameAt(0, 1))).toThrow(
    'Input "clip" takes frames of 6 x 4 with 3 channels, but the live source sends 6 x 4 with 1; give the source the same size and channels.',
  );
  expect(() => stream.push({ kind: 'data', value: 7, time: [0, 1], arrived: 0 })).toThrow(
    'sends undefined x undefined',
  );
});

test.each([
  ['frames', live],
  ['tubelets', { ...live, encoder: 'tubelets', tubelet: 2 } as VideoOptions],
])('%s: a window gives the same tokens live as in the whole recording', async (_, options) => {
  const adapter = adapterOf(options);
  const { init, step } = createTestModel({ tf, state: STATE, training: false });
  adapter.init(init);
  /** Aligned tokens and their times, token by token. */
  const tokensOf = (clip: PreparedVideo) => {
    const length = adapter.length!(clip);
    const arrays = tensorsOf(adapter.collate([clip], { batch: 1, length }, hostContext('', STATE)));
    const tokens = adapter.encode(arrays, { hidden: tf.zerosLike(arrays.valid) }, step);
    const { values } = adapter.align(tokens, step.space, step);
    const list = (tensor: Tensor) => (tensor.arraySync() as number[][][])[0]!;
    return { values: list(values), times: list(tokens.position.time!) };
  };
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-流-'));
  const recorder = await recordFrames(join(folder, '录.mkv'), 5);
  for (const event of EVENTS) await recorder.write(event);
  await recorder.close();
  const whole = tokensOf(await adapter.prepare('录.mkv', hostContext(folder, STATE)));
  const parts = windowsOf(options, EVENTS).map(({ prepared }) => tokensOf(prepared));
  const values = parts.flatMap((part) => part.values).flat();
  const times = parts.flatMap((part) => part.times).flat();
  expect(values).toHaveLength(whole.values.flat().length);
  // files keep microseconds, and the fastest wave turns by 2 pi / 0.1 s * 1e-6 s = 6e-5 in one
  expect(Math.max(...values.map((value, index) => Math.abs(value - whole.values.flat()[index]!)))).toBeLessThan(1e-3);
  // the recording began at second 5 of the session
  expect(Math.max(...times.map((time, index) => Math.abs(time - 5 - whole.times.flat()[index]!)))).toBeLessThan(1e-4);
});

test('a clip with more frames than maxFrames is refused where windows must be whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-流-'));
  const recorder = await recordFrames(join(folder, 'long.mkv'), 5);
  for (const event of EVENTS) await recorder.write(event);
  await recorder.close();
  const adapter = adapterOf({ ...live, maxFrames: 6 });
  await expect(adapter.prepare('long.mkv', hostContext(folder, STATE))).rejects.toThrow(
    /^Video "long\.mkv" has \d+ frames at 5 a second, more than maxFrames, 6, and windows are never thinned/,
  );
});
