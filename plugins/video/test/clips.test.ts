import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PreparedVideo } from '../src/prepared-video.js';
import { probePicture } from '../src/probe-picture.js';
import type { RawVideo } from '../src/raw-video.js';
import { readFrames } from '../src/read-frames.js';
import type { VideoOptions } from '../src/video-options.js';
import { ffmpeg, greyFilm } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

let folder: string;
/** 45 frames at 25 a second; frame n has brightness 5n; a key frame every 10. */
const FILM = '灰度片.mp4';
const keys = ['-g', '10', '-keyint_min', '10', '-sc_threshold', '0', '-bf', '2'];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-片-'));
  await greyFilm(join(folder, FILM), '32x32', 25, 45, '5*N', ...keys);
});

const common: VideoOptions = { size: 8, patch: 4, channels: 1 };
const prepare = (sample: RawVideo, options: VideoOptions) =>
  adapterOf({ ...common, ...options }).prepare(sample, hostContext(folder));
const starts = ({ times }: PreparedVideo) =>
  [...times].filter((_, index) => index % 2 === 0).map((time) => Number(time.toFixed(3)));
/** Number of each frame by its brightness, which the video's own range of greys moves by one or two. */
const numbers = ({ pixels }: PreparedVideo) =>
  Array.from({ length: pixels.length / 64 }, (_, frame) => Math.round(pixels[frame * 64 + 20]! / 5));
const at25 = (frames: readonly number[]) => frames.map((frame) => Number((frame / 25).toFixed(3)));

test('uniform: the middle frame of each equal part, with its own time and end', async () => {
  const clip = await prepare(FILM, { maxFrames: 5 });
  const middles = [4, 13, 22, 31, 40];
  expect([numbers(clip), starts(clip)]).toEqual([middles, at25(middles)]);
  expect(clip.times[1]).toBeCloseTo(0.2, 6);
});

test.each([
  ['fps', { policy: 'fps', fps: 5, maxFrames: 64 }, [0, 5, 10, 15, 20, 25, 30, 35, 40]],
  ['keyframes', { policy: 'keyframes', maxFrames: 64 }, [0, 10, 20, 30, 40]],
  ['keyframes, more than maxFrames: spread evenly', { policy: 'keyframes', maxFrames: 3 }, [0, 20, 40]],
] as const)('%s', async (_, options, frames) => {
  const clip = await prepare(FILM, options);
  expect([numbers(clip), starts(clip)]).toEqual([frames, at25(frames)]);
});

test('scene: the first frame of each scene', async () => {
  await greyFilm(join(folder, 'scenes.mp4'), '32x32', 25, 45, 'if(lt(N,15),20,if(lt(N,30),120,220))');
  const clip = await prepare('scenes.mp4', { policy: 'scene', threshold: 0.2 });
  expect(starts(clip)).toEqual(at25([0, 15, 30]));
});

test('the times of a variable frame rate are those of the file', async () => {
  const squares = ['-vf', "settb=1/1000,setpts='N*N*10'", '-vsync', 'passthrough', '-enc_time_base', '1/1000'];
  await ffmpeg('-i', join(folder, FILM), ...squares, '-frames:v', '12', '-qp', '0', join(folder, '变速.mp4'));
  const clip = await prepare('变速.mp4', { maxFrames: 32 });
  expect(starts(clip)).toEqual(Array.from({ length: 12 }, (_, n) => Number((n * n * 0.01).toFixed(3))));
  expect(numbers(clip)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  // a frame is never seen beyond the time of the next
  for (let frame = 0; frame < 11; frame++)
    expect(clip.times[2 * frame + 1]).toBeLessThanOrEqual(clip.times[2 * frame + 2]!);
});

test('a clip with fewer frames than asked gives fewer, none twice', async () => {
  await greyFilm(join(folder, 'three.mp4'), '32x32', 25, 3, '50*N');
  const options: VideoOptions = { maxFrames: 8 };
  const clip = await prepare('three.mp4', options);
  expect(starts(clip)).toEqual(at25([0, 1, 2]));
  expect(adapterOf({ ...common, ...options }).length!(clip)).toBe(3 * 4);
});

test('a part has the frames from its start to its end, on the clock of the whole file', async () => {
  const clip = await prepare({ file: FILM, start: 0.4, end: 0.6 }, { maxFrames: 32 });
  expect([numbers(clip), starts(clip)]).toEqual([[10, 11, 12, 13, 14], at25([10, 11, 12, 13, 14])]);
  expect(starts(await prepare({ file: FILM, start: 1.6 }, { maxFrames: 32 }))).toEqual(at25([40, 41, 42, 43, 44]));
  expect(starts(await prepare({ file: FILM, end: 0.1 }, { maxFrames: 32 }))).toEqual(at25([0, 1, 2]));
});

test('frames of a colour film in RGB, upright', async () => {
  const halves = "geq=r='if(lt(X,32),255,0)':g=0:b='if(lt(X,32),0,255)'";
  await ffmpeg(
    ...['-f', 'lavfi', '-i', `color=size=64x64:rate=10,format=rgb24,${halves}`, '-frames:v', '4'],
    ...['-c:v', 'libx264rgb', '-qp', '0', join(folder, 'halves.mp4')],
  );
  const { pixels } = await prepare('halves.mp4', { channels: 3, maxFrames: 1 });
  expect(pixels.length).toBe(8 * 8 * 3);
  const [left, right] = [[...pixels.subarray(0, 3)], [...pixels.subarray(21, 24)]];
  expect([left[0]! > 240, left[2]! < 15, right[0]! < 15, right[2]! > 240]).toEqual([true, true, true, true]);
});

test('the same file always gives the same frames', async () => {
  const options: VideoOptions = { maxFrames: 6 };
  expect(await prepare(FILM, options)).toEqual(await prepare(FILM, options));
});

test('a long clip is thinned while it is read; a duration that is wrong costs no frame', async () => {
  const read = async (name: string, maxFrames: number) => {
    const source = { file: join(folder, name), name };
    const view = { width: 8, height: 8, fit: 'crop', channels: 1, select: { kind: 'all' }, maxPixels: 1e6 } as const;
    return readFrames(source, { ...view, maxFrames }, await probePicture(source, 1e6));
  };
  await greyFilm(join(folder, 'long.mp4'), '32x32', 25, 500, 'mod(N,250)');
  const long = await read('long.mp4', 4);
  expect(long.seen).toBeLessThan(100);
  // parts of 5 s, middles 2.5, 7.5 …; about 64 frames of 20 s are looked at: 0.32 s apart
  long.take(4).forEach(({ time }, index) => {
    expect(Math.abs(time - (2.5 + 5 * index))).toBeLessThan(0.32);
  });
  // a second of picture under a minute of sound
  await ffmpeg(
    ...['-t', '1', '-i', join(folder, FILM), '-f', 'lavfi', '-i', 'sine=duration=60', '-c:v', 'copy'],
    join(folder, 'short picture.mp4'),
  );
  const short = await read('short picture.mp4', 5);
  expect(short.take(5).map(({ time }) => Number(time.toFixed(3)))).toEqual(at25([2, 7, 12, 17, 22]));
  expect(starts(await prepare('short picture.mp4', { maxFrames: 5 }))).toEqual(at25([2, 7, 12, 17, 22]));
});
