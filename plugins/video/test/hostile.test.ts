import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isModalkitError } from '@modalkit/contract';
import { beforeAll, expect, test } from 'vitest';
import type { RawVideo } from '../src/raw-video.js';
import type { VideoOptions } from '../src/video-options.js';
import { ffmpeg, greyFilm } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-坏-'));
  await greyFilm(path('good.mp4'), '32x32', 25, 25, '8*N', '-movflags', 'frag_keyframe+empty_moov');
});

const options: VideoOptions = { size: 8, patch: 4, channels: 1 };
const prepare = (sample: RawVideo, more: VideoOptions = {}) =>
  adapterOf({ ...options, ...more }).prepare(sample, hostContext(folder));

/** The message of the SAMPLE error: one sentence that names the file. */
async function refusal(sample: RawVideo, more: VideoOptions = {}): Promise<string> {
  const failure = await prepare(sample, more).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isModalkitError(failure) || failure.code !== 'SAMPLE') throw failure ?? new Error('was accepted');
  expect(failure.message).toContain(JSON.stringify(typeof sample === 'string' ? sample : sample.file));
  expect(failure.message.split('\n')).toHaveLength(1);
  return failure.message;
}

test('text, a playlist and nothing, named .mp4', async () => {
  await writeFile(path('文字.mp4'), 'no film, a text');
  expect(await refusal('文字.mp4')).toMatch(/is no audio or video file/);
  await writeFile(path('list.mp4'), `#EXTM3U\n#EXTINF:1,\n${path('good.mp4')}\n`);
  expect(await refusal('list.mp4')).toMatch(/playlist/);
  await writeFile(path('empty.mp4'), '');
  expect(await refusal('empty.mp4')).toMatch(/empty/);
  expect(await refusal('gone.mp4')).toMatch(/ENOENT/);
});

test('sound alone', async () => {
  await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'aac', path('声音.mp4'));
  expect(await refusal('声音.mp4')).toBe(
    'Video "声音.mp4" has no picture, only sound (aac); give a file with a video stream.',
  );
});

/** The boxes of an mp4 up to and with the first `moov`: a video track that has no frames. */
function upToMoov(bytes: Buffer): Buffer {
  let end = 0;
  while (bytes.toString('latin1', end + 4, end + 8) !== 'moov') end += bytes.readUInt32BE(end);
  return bytes.subarray(0, end + bytes.readUInt32BE(end));
}

test('a video track without a frame', async () => {
  await writeFile(path('frameless.mp4'), upToMoov(await readFile(path('good.mp4'))));
  expect(await refusal('frameless.mp4')).toMatch(/frame|damaged/);
});

test('truncated and altered files end in frames or in a SAMPLE error, nothing else', async () => {
  const whole = await readFile(path('good.mp4'));
  for (const share of [0.02, 0.1, 0.5]) {
    await writeFile(path('cut.mp4'), whole.subarray(0, Math.floor(whole.length * share)));
    await prepare('cut.mp4').catch(async () => expect(await refusal('cut.mp4')).not.toBe(''));
  }
  const altered = Buffer.from(whole);
  for (let at = 900; at < altered.length; at += 37) altered[at]! ^= 0x55;
  await writeFile(path('altered.mp4'), altered);
  await prepare('altered.mp4').catch(async () => expect(await refusal('altered.mp4')).not.toBe(''));
});

test('a part that starts where the file has ended, or ends before it begins', async () => {
  expect(await refusal({ file: 'good.mp4', start: 12 })).toMatch(
    /^Video "good\.mp4" ends at 1(\.\d+)? s, but the part starts at 12 s; give an earlier start\.$/,
  );
});

test('frames that are too large are refused from the header', async () => {
  await ffmpeg('-f', 'lavfi', '-i', 'color=size=1200x900', '-frames:v', '1', path('huge.mp4'));
  expect(await refusal('huge.mp4', { maxPixels: 100_000 })).toMatch(/1200 ?x ?900.*100000/);
  expect((await prepare('huge.mp4')).pixels.length).toBe(64);
});

test('a video of one pixel, and one whose sound is shorter than the picture, work', async () => {
  await ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'color=white:size=2x2:rate=5,format=gray,crop=1:1',
    '-frames:v',
    '3',
    '-c:v',
    'ffv1',
    path('一点.mkv'),
  );
  const dot = await prepare('一点.mkv');
  expect([dot.times.length / 2, dot.pixels[20]! > 200]).toEqual([3, true]);
  const padded = await prepare('一点.mkv', { fit: 'pad' });
  expect(padded.pixels.filter((value) => value > 200)).toHaveLength(3);
  await ffmpeg('-i', path('good.mp4'), '-f', 'lavfi', '-i', 'sine=duration=0.2', '-c:v', 'copy', path('quiet.mp4'));
  expect((await prepare('quiet.mp4', { maxFrames: 64 })).times.length / 2).toBe(25);
});
