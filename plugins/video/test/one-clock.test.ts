import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAudio } from '@modalkit/media';
import { beforeAll, expect, test } from 'vitest';
import { ffmpeg } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-钟-'));
});

const RATE = 16_000;

/**
 * Three seconds at 25 frames a second with one white frame, and a click of 10 ms, in one file.
 * @param flash second of the flash in the picture's own time, `click` of the click in the sound's
 * @param late seconds by which the picture and the sound begin after the file
 */
async function film(name: string, flash: number, click: number, late: { picture: number; sound: number }) {
  const file = join(folder, name);
  const white = `geq=lum='if(eq(N,${Math.round(flash * 25)}),255,0)'`;
  await ffmpeg(
    ...[
      '-itsoffset',
      String(late.picture),
      '-f',
      'lavfi',
      '-i',
      `color=black:size=64x64:rate=25:d=3,format=gray,${white}`,
    ],
    ...['-itsoffset', String(late.sound), '-f', 'lavfi'],
    ...['-i', `aevalsrc='if(between(t,${click},${click + 0.01}),sin(2*PI*2000*t),0)':s=${RATE}:d=3`],
    ...[
      '-c:v',
      'libx264',
      '-qp',
      '0',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      name.endsWith('.mkv') ? 'pcm_s16le' : 'aac',
      file,
    ],
  );
  return file;
}

/** Second of the brightest frame, by the adapter. */
async function flashOf(name: string, start?: number): Promise<number> {
  const adapter = adapterOf({ size: 8, patch: 8, channels: 1, maxFrames: 1024, policy: 'fps', fps: 25 });
  const { pixels, times } = await adapter.prepare(
    start === undefined ? name : { file: name, start },
    hostContext(folder),
  );
  const white = Array.from({ length: times.length / 2 }, (_, frame) => pixels[64 * frame]!);
  return times[2 * white.indexOf(Math.max(...white))]!;
}

/** Second of the loudest sample of the sound track. */
async function clickOf(name: string, start?: number): Promise<number> {
  let [loudest, second] = [0, 0];
  const request = { file: join(folder, name), name, sampleRate: RATE, ...(start !== undefined && { start }) };
  for await (const { samples, time } of decodeAudio(request))
    samples.forEach((sample, index) => {
      if (Math.abs(sample) <= loudest) return;
      [loudest, second] = [Math.abs(sample), time + index / RATE];
    });
  expect(loudest).toBeGreaterThan(0.2);
  return second;
}

test.each([
  ['一同开始.mp4', 1.6, 1.6, { picture: 0, sound: 0 }],
  ['sound begins late.mp4', 1.6, 1.1, { picture: 0, sound: 0.5 }],
  ['picture begins late.mp4', 0.88, 1.6, { picture: 0.72, sound: 0 }],
  ['sound begins late.mkv', 1.6, 1.1, { picture: 0, sound: 0.5 }],
])('%s: flash and click are within a frame of each other, and of the truth', async (name, flash, click, late) => {
  await film(name, flash, click, late);
  const [seen, heard] = [await flashOf(name), await clickOf(name)];
  expect(Math.abs(seen - heard)).toBeLessThan(1 / 25);
  expect(Math.abs(seen - (flash + late.picture))).toBeLessThan(0.002);
  // a part of the file keeps the clock of the whole
  expect(await flashOf(name, 1.2)).toBeCloseTo(seen, 3);
  expect(Math.abs((await clickOf(name, 1.2)) - heard)).toBeLessThan(0.002);
});

test('a click that is half a second off is seen to be', async () => {
  await film('control.mp4', 1.6, 1.1, { picture: 0, sound: 0 });
  expect((await flashOf('control.mp4')) - (await clickOf('control.mp4'))).toBeCloseTo(0.5, 1);
});
