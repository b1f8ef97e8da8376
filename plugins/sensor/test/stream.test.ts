import type { LiveEvent } from '@modalkit/contract';
import { createTestModel } from '@modalkit/toolkit/testing';
import { expect, test } from 'vitest';
import type { SensorChunk } from '../src/live/sensor-chunk.js';
import { prepareRecording } from '../src/prepare-recording.js';
import type { Recording } from '../src/recording.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';
import { SensorStream } from '../src/sensor-stream.js';
import type { PreparedSensor } from '../src/windows.js';
import { adapterOf, hostContext, tensorsOf, tf } from './helpers.js';
import { noise } from './series.js';

const STATE = { mean: [0.2, 0, 5], std: [2, 1, 3] };
const common: SensorOptions = {
  channels: { x: { rate: 100 }, slow: { rate: 10 }, 快: { rate: 400 } },
  rate: 100,
  window: 0.2,
  width: 8,
  heads: 2,
  layers: 1,
  maxTokens: 4096,
};

interface Row {
  readonly time: number;
  readonly values: readonly [number, number, number];
}

/** 400 packets a second for some seconds from 3.21 s on, with jitter; the three channels at rates of their own. */
function rows(seconds: number): Row[] {
  const jitter = noise(400 * seconds, 5);
  return jitter.map((shift, index) => {
    const time = 3.21 + index / 400 + 0.0008 * shift;
    return {
      time,
      values: [
        index % 4 === 0 ? Math.sin(time) : Number.NaN,
        index % 40 === 0 ? Math.cos(time) : Number.NaN,
        Math.sin(9 * time),
      ],
    };
  });
}

function event(portion: readonly Row[]): LiveEvent<SensorChunk> {
  const column = (channel: number) => Float32Array.from(portion, ({ values }) => values[channel]!);
  const times = Float64Array.from(portion, ({ time }) => time);
  return {
    kind: 'data',
    value: { times, sequence: times, device: times, channels: { x: column(0), slow: column(1), 快: column(2) } },
    time: [times[0]!, times.at(-1)!],
    arrived: times.at(-1)! + 0.001,
  };
}

type Gap = { readonly kind: 'gap'; readonly time: readonly [number, number]; readonly reason: string };

function recordingOf(items: readonly (Row | Gap)[]): Recording {
  const data = items.filter((item): item is Row => 'values' in item);
  const series = [0, 1, 2].map((channel) => {
    const there = data.filter(({ values }) => !Number.isNaN(values[channel]!));
    return {
      times: Float64Array.from(there, ({ time }) => time),
      values: Float32Array.from(there, ({ values }) => values[channel]!),
    };
  });
  return { series, gaps: items.filter((item): item is Gap => 'kind' in item) };
}

/** Everything that the stream gives, the events cut into portions of so many packets. */
function live(items: readonly (Row | Gap)[], options: SensorOptions & { chunk: number }, portion: number) {
  const stream = new SensorStream({ ...parseSensorOptions(options), chunk: options.chunk }, STATE);
  const windows = [];
  let waiting: Row[] = [];
  const send = () => {
    for (let from = 0; from < waiting.length; from += portion)
      windows.push(...stream.push(event(waiting.slice(from, from + portion))));
    waiting = [];
  };
  for (const item of items) {
    if ('values' in item) waiting.push(item);
    else {
      send();
      windows.push(...stream.push(item));
    }
  }
  send();
  windows.push(...stream.flush());
  return windows;
}

/** Windows of a whole recording by their start: start, valid, values. */
function byStart(prepared: PreparedSensor, options: SensorOptions, from = 0): Map<string, string> {
  const { stridePoints, windowPoints, rate } = parseSensorOptions(options);
  const found = new Map<string, string>();
  prepared.valid.forEach((valid, token) => {
    if (!valid) return;
    const at = token * stridePoints * 3;
    const part = (array: Float32Array | Uint8Array) => [...array.subarray(at, at + windowPoints * 3)].join();
    const start = (prepared.start + (token * stridePoints) / rate + from).toFixed(6);
    found.set(start, `${part(prepared.values)};${part(prepared.present)}`);
  });
  return found;
}

const gap = (from: number, to: number): Gap => ({ kind: 'gap', time: [from, to], reason: 'disconnected' });
const all = rows(8);
const until = (time: number) => all.filter((row) => row.time < time);
const since = (time: number) => all.filter((row) => row.time >= time);
const broken = [...until(5.6), gap(until(5.6).at(-1)!.time, since(7.33)[0]!.time), ...since(7.33)];
const paused = [...until(5.6), ...since(9.01)];
const flicker = [...until(5), gap(until(5).at(-1)!.time, since(5)[0]!.time), ...since(5)];

test.each([
  ['a whole recording', all, { chunk: 5 }],
  ['windows that overlap', all, { chunk: 4, stride: 0.05 }],
  ['windows far apart', all, { chunk: 3, stride: 0.5 }],
  ['a gap', broken, { chunk: 2, stride: 0.1 }],
  ['a pause that nobody noted', paused, { chunk: 3 }],
  ['a moment that was lost', flicker, { chunk: 1 }],
  ['a recording shorter than a chunk', until(3.9), { chunk: 20 }],
])('live windows are those of the recording: %s', (_, items, extra) => {
  const options = { ...common, ...extra } as SensorOptions & { chunk: number };
  const whole = byStart(prepareRecording(recordingOf(items), {}, parseSensorOptions(options), STATE, 'x'), options);
  expect(whole.size).toBeGreaterThan(0);
  for (const portion of [1, 37, 5000]) {
    const windows = live(items, options, portion);
    const found = new Map(windows.flatMap(({ prepared }) => [...byStart(prepared, options)]));
    expect(found).toEqual(whole);
    expect(windows.every(({ prepared }) => prepared.valid.length === options.chunk)).toBe(true);
  }
});

test('live tokens are those of the recording', () => {
  const conv = { encoder: 'conv', stages: [4], kernel: 3 };
  const options = { ...common, ...conv, chunk: 4 } as SensorOptions & { chunk: number };
  const adapter = adapterOf(options);
  const model = createTestModel({ tf, state: STATE });
  adapter.init(model.init);
  const tokens = (prepared: PreparedSensor) => {
    const length = prepared.valid.length;
    const arrays = tensorsOf(adapter.collate([prepared], { batch: 1, length }, hostContext('', STATE)));
    const { values } = adapter.encode(arrays, { hidden: tf.zeros([1, length], 'bool') }, model.step);
    return tf.unstack(tf.squeeze(values, [0])).map((token) => [...token.dataSync<'float32'>()]);
  };
  const whole = prepareRecording(recordingOf(broken), {}, parseSensorOptions(options), STATE, 'x');
  const offline = tokens(whole).filter((_, token) => whole.valid[token]);
  const online = live(broken, options, 13).flatMap(({ prepared }) =>
    tokens(prepared).filter((_, token) => prepared.valid[token]),
  );
  expect(online.length).toBe(offline.length);
  const differences = online.flatMap((token, row) =>
    token.map((value, index) => Math.abs(value - offline[row]![index]!)),
  );
  expect(Math.max(...differences)).toBeLessThan(1e-5);
});

test('a window comes with the packet that completes it', () => {
  const options = { channels: { x: { rate: 100 } }, window: 0.1, chunk: 1, standardise: 'none' } as const;
  const stream = adapterOf(options).stream!(hostContext());
  const packet = (time: number): LiveEvent<SensorChunk> => {
    const times = Float64Array.of(time);
    const value = { times, sequence: times, device: times, channels: { x: Float32Array.of(time) } };
    return { kind: 'data', value, time: [time, time], arrived: time + 0.005 };
  };
  const counts = Array.from({ length: 25 }, (_, index) => stream.push(packet(index / 100)));
  expect(counts.map((windows) => windows.length)).toEqual([
    ...Array(9).fill(0),
    1,
    ...Array(9).fill(0),
    1,
    ...Array(5).fill(0),
  ]);
  expect(counts[9]![0]).toMatchObject({ time: [0, 0.1], arrived: 0.095 });
});

test('a clock that leaps by years costs neither time nor memory', () => {
  const options = { channels: { x: { rate: 100 } }, window: 0.1, chunk: 1, standardise: 'none' } as const;
  const stream = adapterOf(options).stream!(hostContext());
  const times = Float64Array.of(0, 0.01, 1e8, 1e8 + 0.01);
  const begin = performance.now();
  const value = { times, sequence: times, device: times, channels: { x: Float32Array.from(times) } };
  stream.push({ kind: 'data', value, time: [0, 1e8], arrived: 1e8 });
  stream.flush();
  expect(performance.now() - begin).toBeLessThan(500);
});
