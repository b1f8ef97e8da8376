import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeMedia, type Frame } from '../src/index.js';
import { framesOf, make, scratch, timesOf } from './helpers.js';

const folder = scratch();
const steps = join(folder, '步骤.mp4');

// 20 grey pictures at 10 a second; picture i has the value 10 i + 20 everywhere
beforeAll(() =>
  encodeMedia({
    file: steps,
    frames: {
      width: 64,
      height: 48,
      channels: 1,
      fps: 10,
      data: Array.from({ length: 20 }, (_, i) => flat(10 * i + 20)),
    },
  }),
);

function flat(value: number): Uint8Array {
  return new Uint8Array(64 * 48).fill(value);
}

test('all frames come with their values and times', async () => {
  const frames = await framesOf(steps);
  expect(frames).toHaveLength(20);
  for (const [index, { pixels, time }] of frames.entries()) {
    expect(time).toBeCloseTo(index / 10, 6);
    expect(pixels).toHaveLength(64);
    expect(Math.abs(pixels[35]! - (10 * index + 20))).toBeLessThan(4);
  }
});

describe('which frames', () => {
  test('fps: the first frame of each tick, with its own time, and none twice', async () => {
    // ticks of 0.4 s on times that are multiples of 0.1 s
    expect(await timesOf(steps, { select: { kind: 'fps', fps: 2.5 } })).toEqual([0, 0.4, 0.8, 1.2, 1.6]);
    // ticks of 0.25 s: the first times at or after 0, 0.25, 0.5, 0.75 …
    expect(await timesOf(steps, { select: { kind: 'fps', fps: 4 } })).toEqual([0, 0.3, 0.5, 0.8, 1, 1.3, 1.5, 1.8]);
    expect(await timesOf(steps, { select: { kind: 'fps', fps: 100 } })).toHaveLength(20);
  });

  test('key frames only', async () => {
    const file = make(join(folder, 'keys.mp4'), `-i ${steps} -g 7 -sc_threshold 0 -c:v libx264`);
    expect(await timesOf(file, { select: { kind: 'keyframes' } })).toEqual([0, 0.7, 1.4]);
  });

  test('scenes: the first frame and where the picture changes', async () => {
    const scenes = ['black', 'white', 'red']
      .map((colour) => `-f lavfi -i color=${colour}:s=64x48:r=10:d=0.5`)
      .join(' ');
    const file = make(join(folder, 'scenes.mp4'), `${scenes} -filter_complex concat=n=3 -c:v libx264`);
    expect(await timesOf(file, { select: { kind: 'scene', threshold: 0.3 } })).toEqual([0, 0.5, 1]);
  });

  test('a part: from start on, for a duration, on the clock of the file', async () => {
    expect(await timesOf(steps, { start: 0.55, duration: 0.5 })).toEqual([0.6, 0.7, 0.8, 0.9, 1]);
    expect(await timesOf(steps, { start: 1.8 })).toEqual([1.8, 1.9]);
    expect(await timesOf(steps, { start: 0.5, duration: 0.5, select: { kind: 'fps', fps: 5 } })).toEqual([
      0.5, 0.7, 0.9,
    ]);
    await expect(timesOf(steps, { start: 7 })).rejects.toThrow('holds no frame from 7 s on');
  });
});

describe('times', () => {
  test('are those of the file when its frame rate varies', async () => {
    const uneven = "setpts='round(if(lt(N,3),N*0.1,if(lt(N,5),N*0.37,N*N*0.1))/TB)'";
    for (const ending of ['mkv', 'mp4']) {
      const file = join(folder, `vfr.${ending}`);
      make(
        file,
        `-i ${steps} -vf settb=1/1000,${uneven} -vsync passthrough -frames:v 8 -enc_time_base 1/1000 -c:v libx264`,
      );
      // by hand: 0.1 N below 3, then 0.37 N, from 5 on 0.1 N N
      expect(await timesOf(file), ending).toEqual([0, 0.1, 0.2, 1.11, 1.48, 2.5, 3.6, 4.9]);
    }
  });

  test('count from where the file begins, not from where its pictures do', async () => {
    const file = make(
      join(folder, 'late.mkv'),
      `-f lavfi -i sine=duration=3 -itsoffset 0.75 -i ${steps} -map 0:a -map 1:v -c:v copy -c:a pcm_s16le`,
    );
    expect((await timesOf(file)).slice(0, 2)).toEqual([0.75, 0.85]);
  });

  test('begin at 0 in a stream whose own clock begins elsewhere', async () => {
    const file = make(join(folder, 'steps.ts'), `-i ${steps} -c:v copy -output_ts_offset 100`);
    const times = await timesOf(file);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBeCloseTo(1.9, 3);
  });
});

describe('pixels', () => {
  // left half red, right half blue; 80 x 40
  const halves = () =>
    make(
      join(folder, 'halves.mkv'),
      `-f lavfi -i color=red:s=40x40:d=0.1:r=10 -f lavfi -i color=blue:s=40x40:d=0.1:r=10 -filter_complex hstack -c:v ffv1 -pix_fmt gbrp`,
    );
  const at = ({ pixels }: Frame, width: number, x: number, y: number) => {
    const [r, , b] = pixels.subarray(3 * (y * width + x));
    if (r! > 200 && b! < 60) return 'red';
    if (b! > 200 && r! < 60) return 'blue';
    return r! + b! < 20 ? 'black' : `${r} ${b}`;
  };

  test('crop cuts the longer side', async () => {
    const [frame] = await framesOf(halves(), { width: 20, height: 40, fit: 'crop', channels: 3 });
    expect([at(frame!, 20, 1, 20), at(frame!, 20, 18, 20)]).toEqual(['red', 'blue']);
  });

  test('pad keeps the whole and lays it on black, without enlarging', async () => {
    const [small] = await framesOf(halves(), { width: 20, height: 20, fit: 'pad', channels: 3 });
    // 80 x 40 becomes 20 x 10, five rows above and below stay black
    expect([at(small!, 20, 2, 4), at(small!, 20, 2, 5), at(small!, 20, 17, 14), at(small!, 20, 17, 15)]).toEqual([
      'black',
      'red',
      'blue',
      'black',
    ]);
    const [large] = await framesOf(halves(), { width: 100, height: 60, fit: 'pad', channels: 3 });
    expect([at(large!, 100, 9, 30), at(large!, 100, 10, 30), at(large!, 100, 89, 30), at(large!, 100, 90, 30)]).toEqual(
      ['black', 'red', 'blue', 'black'],
    );
  });

  test('stretch ignores the proportions', async () => {
    const [frame] = await framesOf(halves(), { width: 10, height: 30, fit: 'stretch', channels: 3 });
    expect([at(frame!, 10, 0, 0), at(frame!, 10, 9, 29)]).toEqual(['red', 'blue']);
  });

  test('pixels that are not square are made so', async () => {
    const file = make(join(folder, 'wide.mkv'), `-i ${halves()} -vf setsar=2 -c:v ffv1`);
    // 80 x 40 with pixels twice as wide is a picture of 4 : 1
    const [frame] = await framesOf(file, { width: 40, height: 40, fit: 'pad', channels: 3 });
    expect([at(frame!, 40, 2, 14), at(frame!, 40, 2, 15), at(frame!, 40, 2, 24), at(frame!, 40, 2, 25)]).toEqual([
      'black',
      'red',
      'red',
      'black',
    ]);
  });

  test('grey reaches black and white from the range of video', async () => {
    const colours = make(
      join(folder, 'range.mp4'),
      `-f lavfi -i color=white:s=32x32:r=10:d=0.1 -f lavfi -i color=black:s=32x32:r=10:d=0.1 -filter_complex concat -pix_fmt yuv420p`,
    );
    const values = (await framesOf(colours)).map(({ pixels }) => pixels[0]!);
    expect(values[0]).toBeGreaterThan(253);
    expect(values[1]).toBeLessThan(2);
  });

  test('a rotated video comes upright', async () => {
    const plain = make(join(folder, 'plain.mp4'), `-i ${halves()} -c:v libx264 -pix_fmt yuv444p -crf 1`);
    const turned = make(join(folder, 'turned.mp4'), `-i ${plain} -c copy -metadata:s:v:0 rotate=90`);
    const [frame] = await framesOf(turned, { width: 40, height: 80, fit: 'stretch', channels: 3 });
    // a quarter turn against the clock brings the left, red, half to the bottom
    expect([at(frame!, 40, 20, 10), at(frame!, 40, 20, 70)]).toEqual(['blue', 'red']);
  });

  test('a video of one pixel', async () => {
    const file = join(folder, 'dot.mp4');
    await encodeMedia({
      file,
      frames: {
        width: 1,
        height: 1,
        channels: 3,
        fps: 5,
        data: [Uint8Array.of(200, 200, 200), Uint8Array.of(50, 50, 50)],
      },
    });
    const frames = await framesOf(file, { width: 1, height: 1, fit: 'crop', channels: 3 });
    expect(frames.map(({ time }) => time)).toEqual([0, 0.2]);
    expect(Math.abs(frames[0]!.pixels[1]! - 200)).toBeLessThan(6);
    expect(
      (await framesOf(file, { width: 4, height: 4, fit: 'pad' }))[0]!.pixels.filter((value) => value > 20),
    ).toHaveLength(1);
  });
});
