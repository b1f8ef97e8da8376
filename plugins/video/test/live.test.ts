import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  LIVE_SOURCE,
  type LiveContext,
  type LiveEvent,
  type LiveSource,
  type Plugin,
  type Scope,
} from '@modalkit/contract';
import { beforeAll, expect, test } from 'vitest';
import { camera, type LiveFrame, liveSource, rtsp, testFrames } from '../src/index.js';
import { noise } from './helpers.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-活-'));
});

function sourceOf(plugin: Plugin): LiveSource<LiveFrame> {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === LIVE_SOURCE.key) found = factory();
  };
  plugin.setup({ slot: 'live/front', provide } as unknown as Scope);
  return found as LiveSource<LiveFrame>;
}

function session(): LiveContext & { readonly notices: string[]; readonly stop: AbortController } {
  const [stop, notices] = [new AbortController(), [] as string[]];
  return {
    ...{ stop, notices, signal: stop.signal, now: () => performance.now() / 1000 },
    notice: (message) => notices.push(message),
  };
}

const generated = () =>
  sourceOf(testFrames({ address: 'testsrc2=size=64x48:rate=20', size: [12, 16], channels: 1, fps: 20 }));

/** The first events of a generated source. */
async function take(count: number): Promise<LiveEvent<LiveFrame>[]> {
  const context = session();
  const stream = generated().open(context);
  const events: LiveEvent<LiveFrame>[] = [];
  for await (const event of stream) {
    events.push(event);
    if (events.length === count) context.stop.abort();
    if (events.length >= count) break;
  }
  expect(stream.counters()).toMatchObject({ used: count, bad: 0, lost: 0 });
  return events;
}

test('frames come with rising times on the shared clock, in the asked size; an abort ends it', async () => {
  const events = await take(10);
  const frames = events.flatMap((event) => (event.kind === 'data' ? [event] : []));
  expect(frames).toHaveLength(10);
  for (const [index, { value, time, arrived }] of frames.entries()) {
    expect([value.width, value.height, value.channels, value.pixels.length]).toEqual([16, 12, 1, 192]);
    if (index > 0) expect(time[0] - frames[index - 1]!.time[0]).toBeCloseTo(0.05, 2);
    expect(arrived).toBeGreaterThanOrEqual(time[0] - 0.05);
  }
  expect(new Set(frames[0]!.value.pixels).size).toBeGreaterThan(10);
});

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Frames of noise at these seconds after 100, with a gap after the second one. */
function eventsAt(times: readonly number[]): LiveEvent<LiveFrame>[] {
  return times.flatMap((time, index): LiveEvent<LiveFrame>[] => {
    const value: LiveFrame = { pixels: noise(192, index), width: 16, height: 12, channels: 1 };
    const frame = { kind: 'data', value, time: [100 + time, 100 + time + 0.05], arrived: 100 + time } as const;
    const gap = { kind: 'gap', time: [100 + times[1]!, 100 + time], reason: 'unplugged' } as const;
    return index === 2 ? [gap, frame] : [frame];
  });
}

test('what was written is there before the recording is closed, and plays as it came', async () => {
  const source = generated();
  const file = join(folder, `没关.${source.extension}`);
  const recorder = await source.record(file, 100);
  const events = eventsAt([0.5, 0.55, 1, 1.05]);
  for (const event of events) await recorder.write(event);
  const context = session();
  const stream = source.replay(file, Number.POSITIVE_INFINITY, context);
  const played: LiveEvent<LiveFrame>[] = [];
  for await (const event of stream) played.push(event);
  await recorder.close();
  expect(played.map(({ kind }) => kind)).toEqual(['data', 'data', 'gap', 'data', 'data']);
  const base = played[0]!.time[0] - 0.5;
  played.forEach((event, index) => {
    const original = events[index]!;
    expect(event.time[0] - base).toBeCloseTo(original.time[0] - 100, 6);
    expect(event.time[1] - base).toBeCloseTo(original.time[1] - 100, 6);
    if (event.kind === 'data') expect(event.value).toEqual((original as typeof event).value);
    else expect(event.reason).toBe('unplugged');
  });
  expect(stream.counters()).toEqual({ used: 4, gaps: 1 });
});

test('a replay takes its time, divided by the speed, and stops when it is told to', async () => {
  const source = generated();
  const file = join(folder, 'slow.mkv');
  const recorder = await source.record(file, 100);
  for (const event of eventsAt([0, 0.4, 0.8, 1.2])) await recorder.write(event);
  await recorder.close();
  const context = session();
  const began = context.now();
  const arrivals: number[] = [];
  for await (const event of source.replay(file, 2, context))
    if (event.kind === 'data') arrivals.push(event.arrived - began);
  expect(arrivals).toHaveLength(4);
  expect(arrivals[3]).toBeGreaterThanOrEqual(0.599);
  const stopped = session();
  let events = 0;
  for await (const _ of source.replay(file, 1e-3, stopped)) {
    events++;
    setTimeout(() => stopped.stop.abort(), 20);
  }
  expect(events).toBe(1);
});

test('the whole way: a source is recorded while it runs, and the recording has its frames', async () => {
  const source = generated();
  const context = session();
  const origin = context.now();
  const file = join(folder, 'whole.mkv');
  const recorder = await source.record(file, origin);
  const seen: LiveEvent<LiveFrame>[] = [];
  for await (const event of source.open(context)) {
    await recorder.write(event);
    if (seen.push(event) === 5) break;
  }
  await recorder.close();
  await wait(0);
  const played: LiveEvent<LiveFrame>[] = [];
  for await (const event of source.replay(file, Number.POSITIVE_INFINITY, session())) played.push(event);
  expect(played.map((event) => event.kind === 'data' && event.value)).toEqual(
    seen.map((event) => event.kind === 'data' && event.value),
  );
});

test.each([
  ['/dev/video0', { address: '/dev/video0', size: [224, 224], channels: 3, fps: 10, fit: 'crop' }],
  ['/dev/video1?size=32&channels=1&fps=8', { address: '/dev/video1', size: [32, 32], channels: 1, fps: 8 }],
  ['rtsp://host/live?channel=1', { address: 'rtsp://host/live?channel=1' }],
  [
    'rtsp://host/live?channel=1?size=48x64&fit=pad',
    { address: 'rtsp://host/live?channel=1', size: [48, 64], fit: 'pad' },
  ],
  ['pipe:/tmp/画?demuxer=mpegts&fps=25', { address: '/tmp/画', demuxer: 'mpegts', fps: 25 }],
  ['test:testsrc2=size=64x48:rate=10', { address: 'testsrc2=size=64x48:rate=10' }],
])('the address %s names a source', (address, options) => {
  expect(sourceOf(liveSource(address)).options).toMatchObject(options);
});

test.each([
  [
    '/dev/video0?sise=32',
    'Address "/dev/video0?sise=32": knows no "sise"; it may have size, fit, channels, fps, demuxer.',
  ],
  ['/dev/video0?demuxer=mpegts', 'demuxer belongs to pipe: addresses'],
  ['/dev/video0?size=big', 'size: must be a number of pixels or [height, width]'],
  ['/dev/video0?channels=2', 'channels: must be 1 (grey) or 3 (RGB)'],
  ['pipe:/tmp/x?demuxer=hls', 'demuxer'],
])('the address %s is refused', (address, message) => {
  expect(() => liveSource(address)).toThrow(message);
});

test('factories refuse unknown options; no password is shown as the address', () => {
  expect(() => camera({ address: '/dev/video0', colour: 1 } as never)).toThrow('colour');
  expect(() => rtsp({} as never)).toThrow('@modalkit/video: address');
  const source = sourceOf(rtsp({ address: 'rtsp://me:secret@host/live', size: 32 }));
  expect(source.address).toBe('rtsp://host/live');
  expect(sourceOf(camera({ address: '/dev/video0', capture: { size: [480, 640], fps: 30 } })).address).toBe(
    '/dev/video0',
  );
});
