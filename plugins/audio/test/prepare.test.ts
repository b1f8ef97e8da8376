import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMedia } from '@modalkit/media';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AudioOptions } from '../src/audio-options.js';
import { logMel } from '../src/log-mel.js';
import type { RawSound } from '../src/raw-sound.js';
import { resample } from '../src/resample.js';
import { wavHeader } from '../src/wav-header.js';
import { adapterOf, hostContext, wavOf } from './helpers.js';
import { noise, tone } from './sounds.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-声-'));
});

const RATE = 16_000;
const plain: AudioOptions = { stride: 2 };
const prepared = (sample: RawSound, options = plain) => adapterOf(options).prepare(sample, hostContext(folder));

/** The mel whose mean over the frames is largest. */
function loudest(mel: Float32Array, mels = 80): number {
  const sums = Array.from({ length: mels }, (_, index) =>
    mel.reduce((sum, value, at) => sum + (at % mels === index ? value : 0), 0),
  );
  return sums.indexOf(Math.max(...sums));
}

test('a WAV and its samples inline give Whisper’s log-mel frames, but for scaling', async () => {
  const sound = noise(16_000, 1).map((value) => Math.round(value * 32_767) / 32_768);
  await writeFile(
    join(folder, '一.wav'),
    wavOf(
      sound.map((value) => (value * 32_768) / 32_767),
      RATE,
    ),
  );
  const expected = logMel(sound, { rate: RATE, fftSize: 400, hop: 160, mels: 80 });
  const inline = await prepared({ samples: sound, rate: RATE });
  expect(inline).toMatchObject({ steps: 50, before: 0, after: 0, start: 0 }); // 100 frames
  expect(inline.mel.map((value) => (value + 4) / 4)).toEqual(expected);
  const fromFile = await prepared('一.wav');
  expect(fromFile.mel).toEqual(inline.mel);
  expect((await prepared({ samples: [...sound], rate: RATE })).mel).toEqual(inline.mel);
});

test('a sound is filled up with silence to whole tokens', async () => {
  const sound = noise(1000, 1);
  const filled = new Float32Array(1280);
  filled.set(sound);
  const { mel, steps } = await prepared({ samples: sound, rate: RATE });
  expect(steps).toBe(4); // 1000 / 320 = 3.1
  expect(mel).toEqual((await prepared({ samples: filled, rate: RATE })).mel);
});

describe('any format', () => {
  const sound = tone(1000, RATE, 1);
  const expected = () => prepared({ samples: sound, rate: RATE });
  const write = (name: string, frames = false) =>
    encodeMedia({
      file: join(folder, name),
      audio: { sampleRate: RATE, data: sound },
      ...(frames && {
        frames: { width: 16, height: 16, channels: 1, fps: 10, data: Array(10).fill(new Uint8Array(256)) },
      }),
    });

  test.each(['wav', 'mp3', 'flac', 'ogg', 'opus', 'm4a'])('%s', async (ending) => {
    await write(`千赫.${ending}`);
    const { mel, steps, start } = await prepared(`千赫.${ending}`);
    expect(loudest(mel)).toBe(loudest((await expected()).mel));
    expect(Math.abs(steps - 50)).toBeLessThanOrEqual(4); // lossy formats add what fills a block
    expect(Math.abs(start)).toBeLessThan(0.1);
  });

  test.each(['mp4', 'mkv'])('the sound track of %s', async (ending) => {
    await write(`电影.${ending}`, true);
    const { mel, steps } = await prepared(`电影.${ending}`);
    expect(loudest(mel)).toBe(loudest((await expected()).mel));
    expect(Math.abs(steps - 50)).toBeLessThanOrEqual(4);
  });

  test('another rate is resampled: 8 kHz to 16 kHz, and stereo mixed', async () => {
    await writeFile(join(folder, '慢.wav'), wavOf(tone(1000, 8000, 1), 8000));
    const { mel, steps } = await prepared('慢.wav');
    expect([steps, loudest(mel)]).toEqual([50, loudest((await expected()).mel)]);
    const inline = await prepared({ samples: tone(1000, 8000, 1), rate: 8000 });
    expect([inline.steps, loudest(inline.mel)]).toEqual([50, loudest((await expected()).mel)]);
  });
});

test('a part of a file begins at its second of the container’s clock', async () => {
  const sound = new Float32Array(3 * RATE);
  sound.set(tone(2000, RATE, 1), RATE);
  await writeFile(join(folder, '三秒.wav'), wavOf(sound, RATE));
  const { mel, steps, start } = await prepared({ file: '三秒.wav', start: 1, end: 1.5 });
  expect([steps, start]).toEqual([25, 1]);
  const whole = await prepared('三秒.wav');
  // Frames within the part but for its edges are those of the whole: frame 50 of it is frame 150.
  const inside = mel.subarray(10 * 80, 40 * 80);
  const same = whole.mel.subarray(110 * 80, 140 * 80);
  expect(Math.max(...inside.map((value, index) => Math.abs(value - same[index]!)))).toBeLessThan(1e-3);
  const { time } = adapterOf(plain).collate(
    [{ mel, steps, before: 0, after: 0, start }],
    { batch: 1, length: 25 },
    hostContext(),
  );
  expect([...time!.data.subarray(0, 2), time!.data.at(-1)].map((value) => value!.toFixed(3))).toEqual([
    '1.000',
    '1.020',
    '1.500',
  ]);
});

test('prepare is deterministic and takes the floor that is asked for', async () => {
  const sample = { samples: noise(3000, 5), rate: RATE };
  expect(await prepared(sample)).toEqual(await prepared(sample));
  const { mel } = await prepared({ samples: new Float32Array(3000), rate: RATE }, { ...plain, floor: -6 });
  expect(new Set(mel)).toEqual(new Set([-6]));
  const quiet = await prepared({ samples: tone(500, RATE, 0.2, 1e-3), rate: RATE });
  const [least, most] = [Math.min(...quiet.mel), Math.max(...quiet.mel)];
  expect(most - least).toBeLessThanOrEqual(8 + 1e-6);
});

test('resampling keeps a tone and takes out what the lower rate cannot hold', () => {
  const kept = resample(tone(1000, 8000, 0.2), 8000, 16_000);
  const wanted = tone(1000, 16_000, 0.2);
  expect(kept).toHaveLength(3200);
  const inside = [...kept.subarray(200, 3000)].map((value, index) => Math.abs(value - wanted[200 + index]!));
  expect(Math.max(...inside)).toBeLessThan(5e-3);
  const tooHigh = resample(tone(12_000, 48_000, 0.2), 48_000, 16_000);
  expect(Math.max(...tooHigh.subarray(100, 3000))).toBeLessThan(5e-3);
});

describe('bad input is one clear sentence', () => {
  const refusal = async (sample: RawSound, options = plain) => {
    const error = await prepared(sample, options).then(
      () => undefined,
      (cause: { code: string; message: string }) => cause,
    );
    expect(error?.code).toBe('SAMPLE');
    expect(error?.message).not.toContain('\n');
    return error?.message;
  };

  test('no samples, one sample, less than a window', async () => {
    await writeFile(join(folder, '空.wav'), wavOf(new Float32Array(), RATE));
    await writeFile(join(folder, '一个.wav'), wavOf(new Float32Array(1), RATE));
    expect(await refusal('空.wav')).toMatch(/"空\.wav" holds no sound/);
    expect(await refusal('一个.wav')).toBe(
      'Audio "一个.wav" holds 1 sample at 16000 Hz, less than a window of 400 (25 ms); give a longer sound.',
    );
    expect(await refusal({ samples: [], rate: RATE })).toMatch(/"samples given to voice" holds no samples, less than/);
    expect(await refusal({ samples: noise(399, 1), rate: RATE })).toMatch(/holds 399 samples/);
    expect((await prepared({ samples: noise(400, 1), rate: RATE })).steps).toBe(2);
  });

  test('a text file named .mp3, an empty file, a film without sound', async () => {
    await writeFile(join(folder, '文.mp3'), '这不是声音');
    await writeFile(join(folder, 'empty.mp3'), '');
    const data = Array(5).fill(new Uint8Array(256));
    await encodeMedia({ file: join(folder, '默片.mp4'), frames: { width: 16, height: 16, channels: 1, fps: 5, data } });
    expect(await refusal('文.mp3')).toMatch(/"文\.mp3"/);
    expect(await refusal('empty.mp3')).toMatch(/"empty\.mp3"/);
    expect(await refusal('默片.mp4')).toMatch(/"默片\.mp4" has no audio track/);
  });

  test('samples that are not finite, inline and in a file of floats', async () => {
    expect(await refusal({ samples: [0, 1, Number.NaN], rate: RATE })).toBe(
      'Audio "samples given to voice": sample 2 is NaN, no finite number; record it again.',
    );
    expect(await refusal({ samples: [0, Number.POSITIVE_INFINITY], rate: 8000 })).toMatch(/sample 1 is Infinity/);
    const floats = noise(1000, 1);
    floats[700] = Number.NaN;
    await writeFile(
      join(folder, '坏.wav'),
      Buffer.concat([wavHeader('float32', RATE, 4000), Buffer.from(floats.buffer)]),
    );
    expect(await refusal('坏.wav')).toMatch(/"坏\.wav": sample 700 is NaN/);
  });

  test('longer than maxSeconds, to the sample', async () => {
    const options = { ...plain, maxSeconds: 0.5 };
    expect((await prepared({ samples: noise(8000, 1), rate: RATE }, options)).steps).toBe(25);
    expect(await refusal({ samples: noise(8001, 1), rate: RATE }, options)).toMatch(
      /lasts more than maxSeconds, 0\.5 s; give a part of it as \{ file, start, end \} or raise maxSeconds/,
    );
    await writeFile(join(folder, '长.wav'), wavOf(noise(20_000, 1), RATE));
    expect(await refusal('长.wav', options)).toMatch(/"长\.wav" lasts more/);
    expect((await prepared({ file: '长.wav', start: 0.25, end: 0.75 }, options)).steps).toBe(25);
  });
});
