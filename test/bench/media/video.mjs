// Frames of a clip of a minute as uint8 pixels of 224 x 224, against ffmpeg that throws the same frames away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { decodeFrames } from '@modalkit/media';
import { median } from '../tools/median.mjs';
import { medianInterval } from '../tools/median-interval.mjs';
import { makeClip } from './make-clip.mjs';

const SECONDS = 60;
const FPS = 30;
const SIDE = 224;
const RUNS = 15;
/** Frames of a window, into which ours are laid. */
const WINDOW = 16;
/** What `fit: 'crop'` is in ffmpeg. */
const SCALE = `max(${SIDE}/(iw*sar),${SIDE}/ih)`;
const FILTERS = [
  `scale=w='max(1,round((iw*sar)*${SCALE}))':h='max(1,round(ih*${SCALE}))':flags=bicubic`,
  `format=rgb24,crop=${SIDE}:${SIDE}`,
].join(',');

/** Frames a second, medians of runs in turns; ours divided by ffmpeg's, the median over pairs and its interval. @param folder for the clip */
export async function video(folder) {
  const file = await makeClip(folder, SECONDS, FPS);
  const [ours, ffmpegNull] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    ffmpegNull.push(await framesPerSecond(() => throwAway(file)));
    ours.push(await framesPerSecond(() => read(file)));
  }
  const { median: ratio, from, to } = medianInterval(ours.map((value, run) => value / ffmpegNull[run]));
  const rounded = (value) => Number(value.toFixed(3));
  return {
    ours: Math.round(median(ours)),
    ffmpegNull: Math.round(median(ffmpegNull)),
    ratio: rounded(ratio),
    interval: [rounded(from), rounded(to)],
  };
}

async function framesPerSecond(run) {
  const began = performance.now();
  await run();
  return (1000 * SECONDS * FPS) / (performance.now() - began);
}

async function read(file) {
  let frames = 0;
  const clip = new Uint8Array(WINDOW * SIDE * SIDE * 3); // [frames, height, width, channels]
  const request = { file, name: 'clip', width: SIDE, height: SIDE, fit: 'crop', channels: 3, reuse: true };
  for await (const { pixels } of decodeFrames(request)) clip.set(pixels, (frames++ % WINDOW) * pixels.length);
  if (frames !== SECONDS * FPS) throw new Error(`bench: ${frames} frames were read, not ${SECONDS * FPS}`);
}

async function throwAway(file) {
  const args = ['-nostdin', '-v', 'error', '-i', file, '-map', '0:V:0', '-vf', FILTERS, '-f', 'null', '-'];
  const [code] = await once(spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  if (code !== 0) throw new Error(`bench: ffmpeg -f null ended with ${code}`);
}
