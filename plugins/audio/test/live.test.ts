import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIVE_SOURCE, type LiveEvent, type LiveSource, type Plugin, type Scope } from '@modalkit/contract';
import { beforeAll, expect, test } from 'vitest';
import { type LiveSound, liveSource, microphone, soundPipe } from '../src/index.js';
import { readGaps } from '../src/live/gaps-file.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise } from './sounds.js';

const RATE = 8000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-听-'));
});

function sourceOf(plugin: Plugin): LiveSource<LiveSound> {
  let found: unknown;
  const provide = (token: { key: symbol }, factory: () => unknown) => {
    if (token.key === LIVE_SOURCE.key) found = factory();
  };
  plugin.setup({ slot: 'live/mic', provide } as unknown as Scope);
  return found as LiveSource<LiveSound>;
}

const stop = new AbortController();
const began = performance.now();
const context = (signal = stop.signal) => ({
  now: () => (performance.now() - began) / 1000,
  signal,
  notice: () => {},
});

const data = (samples: Float32Array, second: number): LiveEvent<LiveSound> => ({
  ...{ kind: 'data', value: { samples, rate: RATE }, arrived: second },
  time: [second, second + samples.length / RATE],
});

async function all(events: AsyncIterable<LiveEvent<LiveSound>>) {
  const found: LiveEvent<LiveSound>[] = [];
  for await (const event of events) found.push(event);
  return found;
}

const soundsOf = (events: readonly LiveEvent<LiveSound>[]) =>
  events.flatMap((event) => (event.kind === 'data' ? [...event.value.samples] : []));

test('addresses name microphones, pipes and test sounds; options are checked by name', () => {
  const seen = (address: string) => {
    const { address: place, options, extension } = sourceOf(liveSource(address));
    return [place, extension, options];
  };
  expect(seen('')).toEqual(['default', 'wav', { address: 'default', rate: 16_000, block: 0.1 }]);
  expect(seen('hw:1?rate=8000&block=0.02')[2]).toEqual({ address: 'hw:1', rate: 8000, block: 0.02 });
  expect(seen('pipe:/tmp/声音?demuxer=s16le&sourceRate=48000&channels=2')).toMatchObject([
    '/tmp/声音',
    'wav',
    { demuxer: 's16le', sourceRate: 48_000, channels: 2 },
  ]);
  expect(seen('test:sine=frequency=440')[0]).toBe('sine=frequency=440');
  expect(() => liveSource('default?volume=3')).toThrow('knows no "volume"; it may have rate, block');
  expect(() => microphone({ gain: 2 } as never)).toThrow('@modalkit/audio: Unrecognized key: "gain"');
  expect(() => soundPipe({ address: '/tmp/x', demuxer: 's16le' })).toThrow('sourceRate: must be the hertz');
});

test('a test sound comes in blocks whose times follow each other', async () => {
  const ended = new AbortController();
  const source = sourceOf(liveSource(`test:sine=frequency=500:duration=1?rate=${RATE}&block=0.05`));
  const stream = source.open(context(ended.signal));
  const events = await all(stream);
  const samples = soundsOf(events);
  // ffmpeg may throw away what it opened the source with.
  expect(samples.length).toBeGreaterThan(0.9 * RATE);
  // A sine of 1/8 (lavfi's own) crosses zero upwards 500 times a second.
  const crossings = samples.filter((value, index) => index > 0 && samples[index - 1]! < 0 && value >= 0).length;
  expect(Math.abs(crossings - samples.length / 16)).toBeLessThanOrEqual(2);
  events.slice(1).forEach((event, index) => {
    expect(Math.abs(event.time[0] - events[index]!.time[1])).toBeLessThan(0.01);
  });
  expect(stream.counters()).toMatchObject({ used: events.length, dropped: 0 });
});

test('what is written into a pipe is heard, sample by sample', async () => {
  const fifo = join(folder, '管道');
  execFileSync('mkfifo', [fifo]);
  const sent = noise(5 * RATE, 1);
  const ended = new AbortController();
  const source = sourceOf(liveSource(`pipe:${fifo}?demuxer=f32le&sourceRate=${RATE}&rate=${RATE}`));
  const writer = spawn('dd', [`of=${fifo}`, 'status=none'], { stdio: ['pipe', 'ignore', 'ignore'] });
  writer.stdin.end(Buffer.from(sent.buffer));
  const lost = { ...context(ended.signal), notice: () => ended.abort() };
  const found = soundsOf(await all(source.open(lost)));
  // ffmpeg may throw away what it opened the pipe with.
  expect(found.length).toBeGreaterThan(2 * RATE);
  expect(found).toEqual([...sent.subarray(sent.length - found.length)]);
});

test('a microphone that is not there is one clear error', async () => {
  const source = sourceOf(microphone({ address: 'hw:99' }));
  await expect(all(source.open(context()))).rejects.toThrow(/^Device microphone "hw:99" .*check its address/);
});

test('a recording is a WAV that is right after every event, with its gaps beside it', async () => {
  const file = join(folder, '录音.wav');
  const source = sourceOf(microphone({ rate: RATE }));
  const recorder = await source.record(file, 10);
  const [first, second] = [noise(800, 1), noise(800, 2)];
  await recorder.write(data(first, 10.2));
  // Read while the recorder is open, as after a kill: 0.2 s of silence, then the samples.
  const early = await readFile(file);
  expect(early.readUInt32LE(40)).toBe(4 * 2400);
  expect(early).toHaveLength(44 + 4 * 2400);
  await recorder.write({ kind: 'gap', time: [10.3, 10.5], reason: 'unplugged' });
  await recorder.write(data(second, 10.5));
  await recorder.close();
  const found = new Float32Array((await readFile(file)).buffer.slice(44));
  expect(found).toHaveLength(4800); // 0.6 s
  expect(found.subarray(1600, 2400)).toEqual(first);
  expect(found.subarray(4000)).toEqual(second);
  expect([...found.subarray(0, 1600), ...found.subarray(2400, 4000)].every((value) => value === 0)).toBe(true);
  const gaps = await readGaps(file);
  expect(gaps.map(({ reason }) => reason)).toEqual(['the sound had not begun', 'unplugged']);
  expect(gaps[1]!.time[0]).toBeCloseTo(0.3, 9);
  // The adapter of the same package reads it as a sample.
  const sound = await adapterOf({ rate: RATE, mels: 20 }).prepare(file, hostContext('/'));
  expect(sound.steps).toBe(15); // 0.6 s of tokens of 40 ms
});

test('a replay gives the recorded samples and gaps at their distances in time', async () => {
  const file = join(folder, '重放.wav');
  const source = sourceOf(microphone({ rate: RATE, block: 0.05 }));
  const recorder = await source.record(file, 0);
  const [first, second] = [noise(RATE, 1), noise(RATE / 2, 2)];
  await recorder.write(data(first, 0));
  await recorder.write({ kind: 'gap', time: [1, 2.5], reason: 'unplugged' });
  await recorder.write(data(second, 2.5));
  await recorder.close();
  const events = await all(source.replay(file, Number.POSITIVE_INFINITY, context()));
  expect(soundsOf(events)).toEqual([...first, ...second]);
  const gap = events.find(({ kind }) => kind === 'gap')!;
  const start = events[0]!.time[0];
  expect([gap.time[0] - start, gap.time[1] - start, events.at(-1)!.time[1] - start].map((t) => t.toFixed(6))).toEqual([
    '1.000000',
    '2.500000',
    '3.000000',
  ]);
  const slow = performance.now();
  await all(source.replay(file, 10, context()));
  expect(performance.now() - slow).toBeGreaterThan(290); // 3 s ten times as fast
});

test('a recorder that is killed leaves a WAV of what came before', async () => {
  const file = join(folder, '断.wav');
  const source = sourceOf(microphone({ rate: RATE }));
  const recorder = await source.record(file, 0);
  await recorder.write(data(noise(800, 1), 0));
  // As when the process dies between the samples and the header: bytes behind the length that the header states.
  await recorder.close();
  await writeFile(file, Buffer.alloc(123), { flag: 'a' });
  const events = await all(source.replay(file, Number.POSITIVE_INFINITY, context()));
  expect(soundsOf(events)).toEqual([...noise(800, 1)]);
});

test('a stream that falls behind its own time is put right by silence, not by drifting', async () => {
  const file = join(folder, '漂.wav');
  const recorder = await sourceOf(microphone({ rate: RATE })).record(file, 0);
  await recorder.write(data(noise(800, 1), 0));
  await recorder.write(data(noise(800, 2), 0.13)); // 30 ms late: within the tolerance
  await recorder.write(data(noise(800, 3), 0.3)); // the file is at 0.2 s
  await recorder.close();
  const found = new Float32Array((await readFile(file)).buffer.slice(44));
  expect(found).toHaveLength(3200);
  expect(found.subarray(2400)).toEqual(noise(800, 3));
});

test('a full disk is a DISK error', async () => {
  const source = sourceOf(microphone({ rate: RATE }));
  await expect(source.record(join(folder, 'no', 'folder.wav'), 0)).rejects.toThrow(/cannot be written \(ENOENT\)/);
});
