import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveContext, LiveEvent } from '@modalkit/contract';
import { beforeAll, expect, test } from 'vitest';
import { newCounters } from '../../src/live/counters.js';
import { EventQueue } from '../../src/live/event-queue.js';
import { PacketPipeline } from '../../src/live/packet-pipeline.js';
import type { SensorChunk } from '../../src/live/sensor-chunk.js';
import { serialSource } from '../../src/live/serial.js';
import { parseSerialOptions, type SerialOptions } from '../../src/live/serial-options.js';
import { adapterOf, hostContext } from '../helpers.js';
import { noise } from '../series.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-录-'));
});

const options = {
  port: '/dev/none',
  format: 'csv',
  channels: { x: { rate: 100 }, '温度,室内': { rate: 10 } },
} satisfies SerialOptions;
const source = serialSource(parseSerialOptions(options));

/** 100 packets a second from `start` on; the second channel in every tenth. */
function event(start: number, count: number, sequence = 0): LiveEvent<SensorChunk> {
  const times = Float64Array.from({ length: count }, (_, index) => start + index / 100);
  const y = Float32Array.from(noise(count, 2), (value, index) => (index % 10 === 0 ? value : Number.NaN));
  return {
    kind: 'data',
    value: {
      times,
      sequence: Float64Array.from({ length: count }, (_, index) => sequence + index),
      device: times,
      channels: { x: Float32Array.from(noise(count, 1)), '温度,室内': y },
    },
    time: [times[0]!, times.at(-1)!],
    arrived: times.at(-1)!,
  };
}
const gap: LiveEvent<SensorChunk> = { kind: 'gap', time: [100.99, 103], reason: 'disconnected\nagain' };
const events = [event(100, 100), gap, event(103, 50, 250)];

async function record(name: string): Promise<string> {
  const file = join(folder, name);
  const recorder = await source.record(file, 100);
  for (const one of events) await recorder.write(one);
  await recorder.close();
  return file;
}

function contextOf(): LiveContext & { readonly stop: AbortController } {
  const stop = new AbortController();
  return { now: () => performance.now() / 1000, signal: stop.signal, notice: () => undefined, stop };
}

test('a recording is a file that people can read', async () => {
  const lines = (await readFile(await record('a.csv'), 'utf8')).split('\n');
  expect(lines[0]).toBe('time,seq,x,"温度,室内"');
  expect(lines[1]).toMatch(/^0,0,-?0\.\d{6,9},-?0\.\d{6,9}$/);
  expect(lines[2]).toMatch(/^0\.01,1,-?0\.\d{6,9},$/);
  expect(lines[101]).toBe('# gap 0.99 3 disconnected again');
  expect(lines[102]).toMatch(/^3,250,/);
  expect(lines).toHaveLength(153);
});

test('the adapter reads it as a sample, its gap too', async () => {
  await record('b.csv');
  const adapter = adapterOf({ channels: options.channels, window: 0.5, gap: 10, standardise: 'none' });
  const { start, valid, values } = await adapter.prepare('b.csv', hostContext(folder));
  // A gap of 10 s would be bridged; that which the recording notes is not.
  expect([start, [...valid]]).toEqual([0, [1, 1, 0, 0, 0, 0, 1]]);
  expect(values[0]).toBeCloseTo(noise(1, 1)[0]!, 6);
});

test('it is played back as it was, now', async () => {
  const file = await record('c.csv');
  const context = contextOf();
  const before = context.now();
  const stream = source.replay(file, Number.POSITIVE_INFINITY, context);
  const played: LiveEvent<SensorChunk>[] = [];
  for await (const one of stream) played.push(one);
  expect(stream.counters()).toMatchObject({ used: 150, gaps: 1, bad: 0 });
  // A tenth of a second each, so that no stream runs ahead of the others: 1 s, the gap, and half a second.
  expect(played.map(({ kind }) => kind)).toEqual([...Array(10).fill('data'), 'gap', ...Array(5).fill('data')]);
  for (const { kind, time } of played) if (kind === 'data') expect(time[1] - time[0]).toBeLessThan(0.101);
  const chunks = played.flatMap((one) => (one.kind === 'data' ? [one] : []));
  const channel = (name: string) => chunks.flatMap(({ value }) => [...value.channels[name]!]);
  if (events[0]?.kind !== 'data') throw new Error('no data');
  const { channels } = events[0].value;
  for (const name of ['x', '温度,室内']) expect(channel(name).slice(0, 100)).toEqual([...channels[name]!]);
  expect(chunks.flatMap(({ value }) => [...value.sequence]).slice(100, 102)).toEqual([250, 251]);
  const [first, last] = [chunks[0]!, chunks[10]!];
  expect(first.time[0]).toBeGreaterThanOrEqual(before);
  expect(last.time[0] - first.time[0]).toBeCloseTo(3, 5);
  expect([first, last].map(({ value }) => value.times[0])).toEqual([first.time[0], last.time[0]]);
  expect(played[10]!.time[1] - first.time[0]).toBeCloseTo(3, 5);
});

test('at any speed, and stops when told', async () => {
  const file = await record('d.csv');
  const context = contextOf();
  const begin = context.now();
  const arrivals: number[] = [];
  for await (const one of source.replay(file, 10, context))
    if (one.kind === 'data') arrivals.push(context.now() - begin);
  // 3.49 s of recording at ten times the speed.
  expect(arrivals.at(-1)).toBeGreaterThan(0.33);
  expect(arrivals.at(-1)).toBeLessThan(1.5);
  expect(arrivals.length).toBeGreaterThan(30);
  const again = contextOf();
  setTimeout(() => again.stop.abort(), 100);
  const start = performance.now();
  for await (const _ of source.replay(file, 0.1, again));
  expect(performance.now() - start).toBeLessThan(1500);
});

test('other channels than were recorded are refused', async () => {
  const file = await record('e.csv');
  const other = serialSource(parseSerialOptions({ ...options, channels: ['z'] }));
  const play = async () => {
    for await (const _ of other.replay(file, 1, contextOf()));
  };
  await expect(play()).rejects.toThrow(/lacks "z" \(it has time, seq, x, 温度,室内\)/);
});

test('a file that cannot be written is told', async () => {
  await expect(source.record(join(folder, 'gone', 'a.csv'), 0)).rejects.toMatchObject({ code: 'DISK' });
});

test.each(['csv', 'jsonl', 'cobs'] as const)('the bytes of %s are what the device would have sent', (format) => {
  const parsed = parseSerialOptions({ ...options, format, clock: 'device' } as SerialOptions);
  const counters = newCounters();
  const names = parsed.channels.map(({ name }) => name);
  const queue = new EventQueue(names, 1000, 'fail', counters, 'x');
  const pipeline = new PacketPipeline(parsed, counters, queue);
  const { bytesOf } = serialSource(parsed);
  for (const one of events) pipeline.push(bytesOf!(one), 7);
  pipeline.end(7);
  expect(counters).toMatchObject({ used: 150, lost: 150, bad: 0, duplicate: 0 });
});
