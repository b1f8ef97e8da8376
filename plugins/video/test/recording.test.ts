import { appendFile, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFrames } from '@modalkit/media';
import { beforeAll, expect, test } from 'vitest';
import { decodeRecorded } from '../src/live/decode-recorded.js';
import { readRecording } from '../src/live/read-recording.js';
import { recordFrames } from '../src/live/record-frames.js';
import { recordedFrames } from '../src/live/recorded-frames.js';
import { recordedStart } from '../src/live/recorded-start.js';
import { adapterOf, hostContext, noise } from './helpers.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-录-'));
});

const [width, height] = [16, 12];
const frame = (channels: 1 | 3, seed: number) => ({
  ...{ width, height, channels },
  pixels: noise(width * height * channels, seed),
});

/** Records frames at these seconds of a session whose recording began at second 100. */
async function record(name: string, times: readonly number[], channels: 1 | 3 = 1): Promise<string> {
  const file = join(folder, name);
  const recorder = await recordFrames(file, 100);
  await recorder.write({ kind: 'gap', time: [100, 100 + times[0]!], reason: 'not yet connected' });
  // not awaited one by one: they are to come out in their order all the same
  const written = times.map((time, index) =>
    recorder.write({
      kind: 'data',
      value: frame(channels, index),
      time: [100 + time, 100 + time + 0.04],
      arrived: 100 + time,
    }),
  );
  await recorder.write({ kind: 'gap', time: [110, 112], reason: '断了' });
  await Promise.all(written);
  await recorder.close();
  return file;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const VARIABLE = [2.5, 2.54, 2.9, 3.123456, 5];

test.each([1, 3] as const)(
  '%i channels: frames, times and gaps come back as they were, bit by bit',
  async (channels) => {
    const file = await record(`每帧-${channels}.mkv`, VARIABLE, channels);
    const events = await all(readRecording(file));
    expect(events.map((event) => event.kind)).toEqual([...Array(5).fill('frame'), 'gap']);
    expect(events.at(-1)).toEqual({ kind: 'gap', time: [10, 12], reason: '断了' });
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'frame') continue;
      expect(event.time).toBeCloseTo(VARIABLE[index]!, 6);
      expect(await decodeRecorded(event.png, file)).toEqual(frame(channels, index));
    }
  },
);

test('the adapter reads a recording as a sample: the same pixels at the same times of a variable rate', async () => {
  await record('样本.mkv', VARIABLE);
  const adapter = adapterOf({ size: [height, width], channels: 1, patch: 4, maxFrames: 8 });
  const { pixels, times } = await adapter.prepare('样本.mkv', hostContext(folder));
  expect([...times].filter((_, index) => index % 2 === 0).map((time) => Number(time.toFixed(6)))).toEqual(VARIABLE);
  expect(Buffer.from(pixels)).toEqual(Buffer.concat(VARIABLE.map((_, index) => frame(1, index).pixels)));
  const part = await adapter.prepare({ file: '样本.mkv', start: 2.7, end: 4 }, hostContext(folder));
  expect([part.times[0], part.times[2], part.times.length].map((time) => Number(time!.toFixed(6)))).toEqual([
    2.9, 3.123456, 4,
  ]);
});

test('frames of a part are read without ffmpeg, the same to the bit; those of another size by it', async () => {
  const file = await record('part.mkv', VARIABLE);
  const size = { width, height, channels: 1 } as const;
  const part = { file, name: 'part.mkv', start: 2.54, end: 5 };
  const own = await all((await recordedFrames(part, size))!);
  expect(own.map(({ time }) => Number(time.toFixed(6)))).toEqual([2.54, 2.9, 3.123456]);
  // ffmpeg counts from the first frame.
  const request = { file, name: 'part.mkv', ...size, start: 0.04, duration: 2.46, fit: 'crop' } as const;
  const theirs = await all(decodeFrames(request));
  expect(theirs.map(({ pixels }) => Buffer.from(pixels))).toEqual(own.map(({ pixels }) => Buffer.from(pixels)));
  expect(await recordedFrames(part, { ...size, width: 8 })).toBeUndefined();
  expect(await recordedFrames({ ...part, start: 6, end: 7 }, size)).toBeUndefined();
  expect(await recordedFrames({ ...part, file: join(folder, 'gone.mkv') }, size)).toBeUndefined();
});

test('a frame that is damaged is refused by its file and second', async () => {
  const file = await record('damaged.mkv', VARIABLE);
  const bytes = await readFile(file);
  const last = bytes.lastIndexOf('IDAT');
  bytes.fill(0xff, last + 4, last + 40);
  await writeFile(file, bytes);
  const adapter = adapterOf({ size: [height, width], channels: 1, patch: 4, maxFrames: 8 });
  await expect(adapter.prepare('damaged.mkv', hostContext(folder))).rejects.toThrow(
    'Video "damaged.mkv" has a damaged frame at 5 s; record it again',
  );
});

test('a recording that was killed anywhere plays up to its last whole frame', async () => {
  const whole = await readFile(await record('whole.mkv', VARIABLE));
  const cut = join(folder, 'cut.mkv');
  const adapter = adapterOf({ size: [height, width], channels: 1, patch: 4, maxFrames: 8 });
  let most = 0;
  for (const share of [0.999, 0.9, 0.7, 0.5]) {
    await writeFile(cut, whole);
    await truncate(cut, Math.floor(whole.length * share));
    const frames = (await all(readRecording(cut))).filter(({ kind }) => kind === 'frame').length;
    const { times } = await adapter.prepare('cut.mkv', hostContext(folder));
    expect(times.length / 2).toBeGreaterThanOrEqual(frames);
    most = Math.max(most, frames);
    expect(frames).toBeGreaterThan(0);
  }
  expect(most).toBe(5);
});

test('says where a recording starts; any other file starts at 0', async () => {
  expect(await recordedStart(await record('start.mkv', [1.25]))).toBe(1.25);
  await writeFile(join(folder, 'words.mkv'), 'not a film');
  expect(await recordedStart(join(folder, 'words.mkv'))).toBe(0);
});

test('refuses another size, a frame from before the start, a file that is there, and what is no recording', async () => {
  const file = join(folder, 'refused.mkv');
  const recorder = await recordFrames(file, 100);
  const write = (time: number, value = frame(1, 1)) =>
    recorder.write({ kind: 'data', value, time: [time, time], arrived: time });
  await expect(write(99)).rejects.toThrow('a frame is 1 s before its start');
  await write(101);
  await expect(write(102, frame(3, 1))).rejects.toThrow('holds frames of 16 x 12 x 1, but one of 16 x 12 x 3 came');
  await write(103);
  await recorder.close();
  expect(await all(readRecording(file))).toHaveLength(2);
  await expect(recordFrames(file, 0)).rejects.toThrow('cannot be begun (EEXIST)');
  await (await recordFrames(join(folder, 'nothing.mkv'), 0)).close();
  expect(await all(readRecording(join(folder, 'nothing.mkv')))).toEqual([]);
  await appendFile(join(folder, 'other.mkv'), 'a text');
  await expect(all(readRecording(join(folder, 'other.mkv')))).rejects.toThrow('is no recording by @modalkit/video');
  await expect(all(readRecording(join(folder, 'gone.mkv')))).rejects.toThrow('cannot be opened (ENOENT)');
});
