import { expect, test } from 'vitest';
import { patchify } from '../src/patchify.js';
import { frameCount, type PreparedVideo } from '../src/prepared-video.js';
import { tokenSteps, windowOf } from '../src/token-steps.js';
import { parseVideoOptions, type VideoOptions } from '../src/video-options.js';
import { adapterOf, hostContext } from './helpers.js';
import { tf } from './tf.js';

const common: VideoOptions = { size: [2, 3], patch: 1, channels: 1, width: 4, heads: 1, layers: 1 };
const tubelets: VideoOptions = { ...common, encoder: 'tubelets', tubelet: 2 };

/** Frames of 2 x 3 pixels: frame k holds 10k … 10k + 5. */
function clipAt(times: readonly number[]): PreparedVideo {
  return {
    pixels: Uint8Array.from(times.flatMap((_, frame) => [0, 1, 2, 3, 4, 5].map((pixel) => 10 * frame + pixel))),
    times: Float64Array.from(times.flatMap((time) => [time, time + 0.25])),
    origin: times[0]!,
  };
}

const collate = (options: VideoOptions, clips: (PreparedVideo | undefined)[], length: number) =>
  adapterOf(options).collate(clips, { batch: clips.length, length }, hostContext());

test('frames: tokens frame by frame, place by place, with times, boxes and ranks; an absent row is zeros', () => {
  const arrays = collate(common, [clipAt([1, 2]), undefined], 18);
  expect(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array!.shape]))).toEqual({
    ...{ pixels: [2, 3, 6, 1], there: [2, 3, 1], since: [2, 3], window: [2, 3] },
    ...{ valid: [2, 18], time: [2, 18, 2], box: [2, 18, 4], order: [2, 18] },
  });
  expect([...arrays.pixels!.data.subarray(0, 18)]).toEqual([
    0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0,
  ]);
  expect(arrays.pixels!.data).toBeInstanceOf(Uint8Array);
  expect([...arrays.valid.data]).toEqual([...Array(12).fill(1), ...Array(24).fill(0)]);
  expect([...arrays.time!.data.subarray(10, 16)]).toEqual([1, 1.25, 2, 2.25, 2, 2.25]);
  expect([...arrays.order!.data.subarray(0, 14)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0]);
  expect([...arrays.since!.data]).toEqual([0, 1, 0, 0, 0, 0]);
  const [third, twoThirds] = [Math.fround(1 / 3), Math.fround(2 / 3)];
  expect([...arrays.box!.data.subarray(4 * 7, 4 * 8)]).toEqual([third, 0, twoThirds, 0.5]);
  for (const array of Object.values(arrays)) {
    const half = array!.data.length / 2;
    expect(array!.data.subarray(half).every((value) => value === 0)).toBe(true);
  }
});

test('tubelets: the last one of an odd number of frames holds one frame, and says so', () => {
  const clip = clipAt([0, 0.5, 1]);
  expect(adapterOf(tubelets).length!(clip)).toBe(12);
  const arrays = collate(tubelets, [clip], 12);
  expect([...arrays.there!.data]).toEqual([1, 1, 1, 0]);
  expect([...arrays.pixels!.data]).toEqual([
    0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 0, 0, 0, 0, 0, 0,
  ]);
  expect([...arrays.time!.data.subarray(10, 14)]).toEqual([0, 0.75, 1, 1.25]);
});

test('the number of tokens follows the number of frames, up to one for each of maxFrames', () => {
  const adapter = adapterOf({ ...common, maxFrames: 3 });
  expect([1, 2, 3].map((frames) => adapter.length!(clipAt(Array.from({ length: frames }, (_, i) => i))))).toEqual([
    6, 12, 18,
  ]);
  // a bucket beyond what a clip can have costs tokens, but no frames
  const arrays = collate({ ...common, maxFrames: 3 }, [clipAt([0, 1, 2])], 64);
  expect([arrays.pixels!.shape[1], arrays.valid.shape[1]]).toEqual([3, 64]);
});

test('steps end at the edge of a window and before a gap', () => {
  const steps = (times: number[], options: VideoOptions) =>
    tokenSteps(clipAt(times), parseVideoOptions({ ...tubelets, tubelet: 3, ...options })).map(
      ({ first, frames, window }) => [first, frames, window],
    );
  expect(steps([0, 1, 2, 3, 4], {})).toEqual([
    [0, 3, 0],
    [3, 2, 0],
  ]);
  const live: VideoOptions = { policy: 'fps', fps: 4, window: 1 };
  expect(steps([5, 5.25, 5.5, 5.75, 6, 6.25], live)).toEqual([
    [0, 3, 0],
    [3, 1, 0],
    [4, 2, 1],
  ]);
  // 0.75 s without a frame are three intervals: a gap
  expect(steps([5, 5.75, 6.25], live)).toEqual([
    [0, 1, 0],
    [1, 1, 0],
    [2, 1, 1],
  ]);
  expect(frameCount(clipAt([5, 6]))).toBe(2);
});

test('a frame at the very edge of a window belongs to the next, whatever the rounding', () => {
  for (let index = 0; index < 1000; index++) {
    const time = 1700000000 + index * 0.1;
    expect(windowOf(time - 1700000000, 0.1).window).toBe(index);
  }
  expect(windowOf(2.5, 1)).toEqual({ window: 2, since: 0.5 });
  expect(windowOf(2.5, undefined)).toEqual({ window: 0, since: 2.5 });
});

test('patchify cuts place by place: the frames of a tubelet, each patch row by row, channels last', () => {
  // One step of two frames of 2 x 4 pixels with two channels; a value is 100 * frame + 10 * row + column, plus 0.5 for the
  // second channel. Patches of side 2: the second begins at column 2.
  const values = [0, 1].flatMap((frame) =>
    [0, 1].flatMap((row) =>
      [0, 1, 2, 3].flatMap((column) => [0, 0.5].map((channel) => 100 * frame + 10 * row + column + channel)),
    ),
  );
  const options = parseVideoOptions({ ...tubelets, size: [2, 4], patch: 2, channels: 3 });
  const grid = { rows: 1, columns: 2, places: 2, values: 16 };
  const pixels = tf.tensor(values, [1, 1, 16, 2]);
  expect(patchify(tf, pixels, { ...options, channels: 2 as never }, grid).arraySync()).toEqual([
    [
      [0, 0.5, 1, 1.5, 10, 10.5, 11, 11.5, 100, 100.5, 101, 101.5, 110, 110.5, 111, 111.5],
      [2, 2.5, 3, 3.5, 12, 12.5, 13, 13.5, 102, 102.5, 103, 103.5, 112, 112.5, 113, 113.5],
    ],
  ]);
});
