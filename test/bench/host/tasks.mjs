// What is prepared in each task: an input as a project would name it, its samples, and the files that the peer reads.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audio } from '@modalkit/audio';
import { image } from '@modalkit/image';
import { sensor } from '@modalkit/sensor';
import { text } from '@modalkit/text';
import { video } from '@modalkit/video';
import sharp from 'sharp';
import { manifest } from '../../../recipes/digits/make-data.mjs';
import { wavOf } from '../../../recipes/five-digits/make/speech/wav.mjs';
import { makeClip } from '../media/make-clip.mjs';

const SIDE = 224;
const SOUND = { rate: 16_000, seconds: 10, fftSize: 400, hop: 160, mels: 80 };
const CLIP = { seconds: 4, fps: 30, frames: 8 };
const SENSOR = { channels: 6, rate: 100, seconds: 60 };

const list = (length, make) => Array.from({ length }, (_, at) => make(at));
const writeJson = (folder, name, value) => writeFile(join(folder, name), JSON.stringify(value));
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Captions in English and Chinese; ids are counted. */
async function tokenise(folder) {
  const maxTokens = 48;
  const samples = manifest()
    .slice(0, 5000)
    .map(({ row }) => row.caption);
  return {
    peers: ['tokenizers'],
    plugin: text({ tokenizer: 'wordpiece', vocabulary: 800, maxTokens }),
    samples,
    batch: 64,
    count: (ids) => ids.length - 2,
    async peerFiles({ tokenizer }) {
      await writeFile(join(folder, 'tokenizer.json'), tokenizer);
      await writeJson(folder, 'texts.json', { samples, most: maxTokens - 2 });
    },
  };
}

/** JPEGs of 640 x 480, their shorter side brought to 224 and the middle cut out; values are added up. */
async function pictures(folder) {
  const samples = list(16, (at) => `picture-${at}.jpg`);
  for (const [at, file] of samples.entries()) {
    const wave = (i) => 128 + 60 * Math.sin(i / (90 + at)) + 40 * Math.sin(i / (1920 * (9 + at)));
    await sharp(
      Uint8Array.from({ length: 640 * 480 * 3 }, (_, i) => wave(i)),
      {
        raw: { width: 640, height: 480, channels: 3 },
      },
    )
      .jpeg({ quality: 90 })
      .toFile(join(folder, file));
  }
  await writeJson(folder, 'pictures.json', { samples, side: SIDE });
  return {
    peers: ['pillow'],
    plugin: image({ size: SIDE, fit: 'crop', patch: 16, standardise: 'half' }),
    samples,
    batch: 16,
    count: ({ pixels }) => sum(pixels),
  };
}

/** WAV files of ten seconds; how many decibels they have in all bands, on average. */
async function logMel(folder) {
  const samples = list(8, (at) => `sound-${at}.wav`);
  for (const [at, file] of samples.entries()) await writeFile(join(folder, file), wavAt(SOUND.rate, voiceLike(at)));
  await writeJson(folder, 'sounds.json', { samples, ...SOUND });
  const { rate, fftSize, hop, mels } = SOUND;
  return {
    peers: ['librosa', 'torchaudio'],
    plugin: audio({ rate, fftSize, hop, mels, standardise: 'whisper' }),
    samples,
    batch: 8,
    count: ({ mel }) => sum(mel) / mel.length,
  };
}

/** The recipe's WAV file at another rate. */
function wavAt(rate, samples) {
  const bytes = wavOf(samples);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  return bytes;
}

/** A gliding tone with overtones, with pauses and a little noise. */
function voiceLike(seed) {
  let state = seed + 1;
  return Float32Array.from({ length: SOUND.seconds * SOUND.rate }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const time = i / SOUND.rate;
    const pitch = 2 * Math.PI * ((120 + 5 * seed) * time + 5 * Math.sin(2 * time));
    const voice = Math.sin(pitch) + 0.5 * Math.sin(3 * pitch) + 0.2 * Math.sin(9 * pitch);
    return (time % 1 < 0.7 ? 0.2 * voice : 0) + 0.01 * (state / 2 ** 31 - 1);
  });
}

/** Clips of four seconds, 640 x 360; eight frames of each as 224 x 224 pixels, whose values are added up. */
async function clips(folder) {
  await makeClip(folder, CLIP.seconds, CLIP.fps);
  const samples = list(4, () => `clip-${CLIP.seconds}.mp4`);
  await writeJson(folder, 'clips.json', { samples, side: SIDE, frames: CLIP.frames });
  return {
    peers: ['pyav'],
    plugin: video({ size: SIDE, maxFrames: CLIP.frames }),
    samples,
    batch: 4,
    count: ({ pixels }) => sum(pixels),
  };
}

/** Minutes of six channels at uneven times, brought to a grid and cut into windows of a second; sizes of values are added up. */
async function windows(folder) {
  const { channels, rate, seconds } = SENSOR;
  const names = list(channels, (at) => `c${at}`);
  const times = Float64Array.from({ length: rate * seconds }, (_, at) => (at + 0.3 * Math.sin(at)) / rate);
  const rows = list(10, (sample) =>
    names.map((_, at) => Float64Array.from(times, (time) => Math.sin((sample + at + 2) * time))),
  );
  const numbers = [times, ...rows.flat()].map(({ buffer }) => Buffer.from(buffer));
  await writeFile(join(folder, 'sensor.bin'), Buffer.concat(numbers));
  await writeJson(folder, 'sensor.json', { ...SENSOR, samples: rows.length });
  return {
    peers: ['numpy'],
    plugin: sensor({
      channels: Object.fromEntries(names.map((name) => [name, { rate }])),
      window: 1,
      standardise: 'none',
    }),
    samples: rows.map((row) => ({
      channels: Object.fromEntries(names.map((name, at) => [name, { times, values: row[at] }])),
    })),
    batch: 10,
    count: ({ values }) => values.reduce((total, value) => total + Math.abs(value), 0),
  };
}

/** Each fills a folder and says what is prepared of it. */
export const TASKS = { tokenise, pictures, logMel, clips, windows };
