import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIVE_SOURCE, type LiveEvent, type LiveSource, type LiveStream, type Plugin } from '@modalkit/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { __modality__Source, liveSource } from '../src/index.js';
import { parseRecording } from '../src/recording.js';

/** The device: each connection sends what it is given, then ends it. */
const device = createServer();
const say: ((socket: Socket) => void)[] = [];
beforeAll(async () => {
  device.on('connection', (socket) => say.shift()?.(socket));
  await once(device.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => device.close());

const port = () => (device.address() as AddressInfo).port;

function sourceOf(plugin: Plugin): LiveSource {
  let source: LiveSource | undefined;
  plugin.setup({
    slot: 'live/tried',
    provide: (token, factory) => {
      if (token.key === LIVE_SOURCE.key) source = factory() as LiveSource;
    },
    keep: () => undefined,
    get: () => undefined as never,
    onDispose: () => undefined,
  });
  return source!;
}

/** The first events of a stream, which is then closed. */
async function first(count: number, open: (context: Parameters<LiveSource['open']>[0]) => LiveStream) {
  const stop = new AbortController();
  const start = performance.now();
  const now = () => (performance.now() - start) / 1000;
  const stream = open({ now, signal: stop.signal, notice: () => undefined });
  const events: LiveEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (events.length === count) stop.abort();
  }
  return { events, counters: stream.counters() };
}

test('rows are counted, what is none is bad, and a lost connection is a gap', async () => {
  say.push((socket) => socket.end('[1,2]\nnonsense\n[3]\n[3,4]\n'));
  say.push((socket) => socket.write('[5,6]\n'));
  const { events, counters } = await first(4, (context) =>
    sourceOf(liveSource(`127.0.0.1:${port()}?channels=2`)).open(context),
  );
  expect(events.map((event) => (event.kind === 'data' ? event.value : event.kind))).toEqual([
    [1, 2],
    [3, 4],
    'gap',
    [5, 6],
  ]);
  expect(counters).toEqual({ used: 3, bad: 2 });
  const times = events.flatMap(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('what is recorded is a sample, and plays back with the same distances', async () => {
  const source = sourceOf(__modality__Source({ port: port(), channels: 2 }));
  const file = join(mkdtempSync(join(tmpdir(), '__modality__-')), 'a.jsonl');
  const recorder = await source.record(file, 10);
  for (const [time, value] of [
    [10, [1, 2]],
    [10.25, [3, 4]],
  ] as const)
    await recorder.write({ kind: 'data', value, time: [time, time], arrived: time });
  await recorder.write({ kind: 'gap', time: [10.5, 11], reason: 'unplugged' });
  await recorder.close();
  expect(parseRecording(file, await readFile(file), { channels: 2 }).map(({ time }) => time)).toEqual([
    [0, 0],
    [0.25, 0.25],
    [0.5, 1],
  ]);
  const { events } = await first(3, (context) => source.replay(file, Number.POSITIVE_INFINITY, context));
  expect(events[1]!.time[0] - events[0]!.time[0]).toBeCloseTo(0.25);
  expect(events[2]).toMatchObject({ kind: 'gap', reason: 'unplugged' });
});

test('a device that is not there is an error of one sentence', async () => {
  const source = sourceOf(liveSource('127.0.0.1:1?channels=2'));
  await expect(first(1, (context) => source.open(context))).rejects.toThrow(/^127\.0\.0\.1:1: no connection/);
  expect(() => liveSource('nonsense')).toThrow(/port/);
});
