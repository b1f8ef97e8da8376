import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodeAudio, encodeMedia } from '../src/index.js';
import { level, make, request, scratch, soundOf, tone } from './helpers.js';

const folder = scratch();
const wav = join(folder, '声音.wav');

beforeAll(() => encodeMedia({ file: wav, audio: { sampleRate: 16000, data: tone(440, 2) } }));

test('samples come as they were written', async () => {
  const { samples, time } = await soundOf(wav);
  expect(time).toBe(0);
  expect(samples).toHaveLength(32000);
  const wanted = tone(440, 2);
  // 16 bits: half a step of 2^-15
  for (const [index, value] of samples.entries()) expect(Math.abs(value - wanted[index]!)).toBeLessThan(2 ** -15);
});

test.each(['mp3', 'flac', 'ogg', 'opus', 'm4a', 'mp4', 'mkv', 'mov', 'avi'])('reads %s', async (ending) => {
  const file = join(folder, `tone.${ending}`);
  const frames = { width: 16, height: 16, channels: 1, fps: 10, data: Array(20).fill(new Uint8Array(256)) } as const;
  const pictures = ['mp4', 'mkv', 'mov', 'avi'].includes(ending) ? { frames } : {};
  await encodeMedia({ file, audio: { sampleRate: 48000, data: tone(440, 2, 48000) }, ...pictures });
  const { samples } = await soundOf(file);
  // a codec may pad by one of its frames
  expect(Math.abs(samples.length - 32000)).toBeLessThan(3000);
  expect(level(samples.subarray(4000, 28000))).toBeCloseTo(0.5 / Math.SQRT2, 1);
  expect(crossings(samples.subarray(4000, 20000))).toBeCloseTo(440, -1);
});

/** Times a second that a signal of 16 kHz goes from below zero to above. */
function crossings(samples: Float32Array): number {
  const ups = samples.filter((value, index) => index > 0 && samples[index - 1]! < 0 && value >= 0).length;
  return (ups * 16000) / samples.length;
}

test('a part begins and ends at its samples', async () => {
  const whole = await soundOf(wav);
  const part = await soundOf(wav, { start: 0.5, duration: 0.25 });
  expect(part.time).toBeCloseTo(0.5, 6);
  expect(part.samples).toEqual(whole.samples.subarray(8000, 12000));
  await expect(soundOf(wav, { start: 5 })).rejects.toThrow('"声音.wav" holds no sound from 5 s on');
});

test('resamples, and keeps channels apart when several are asked for', async () => {
  const file = make(
    join(folder, 'two.wav'),
    '-f lavfi -i sine=300:d=1:r=44100 -f lavfi -i anullsrc=r=44100:cl=mono:d=1 -filter_complex amerge',
  );
  const { samples } = await soundOf(file, { sampleRate: 8000, channels: 2 });
  expect(samples).toHaveLength(16000);
  const channel = (which: number) => samples.filter((_, index) => index % 2 === which);
  expect(level(channel(0))).toBeGreaterThan(0.08);
  expect(level(channel(1))).toBeLessThan(1e-4);
  // half the one and half the other
  expect(level((await soundOf(file, { sampleRate: 8000 })).samples)).toBeCloseTo(level(channel(0)) / 2, 3);
});

test('sound that begins after the pictures is on their clock', async () => {
  const file = make(
    join(folder, 'late.mkv'),
    `-f lavfi -i testsrc=s=16x16:r=10:d=2 -itsoffset 0.6 -i ${wav} -c:v ffv1 -c:a pcm_s16le`,
  );
  expect((await soundOf(file)).time).toBeCloseTo(0.6, 3);
  expect((await soundOf(file, { start: 0.3, duration: 0.5 })).time).toBeCloseTo(0.6, 3);
  expect((await soundOf(file, { start: 1 })).time).toBeCloseTo(1, 3);
});

test('a hole in the track is silence, so that what follows keeps its time', async () => {
  const hole = "aselect='not(between(t,0.5,0.999))'";
  const file = make(join(folder, 'hole.mkv'), `-i ${wav} -af ${hole} -c:a pcm_s16le`);
  const { samples } = await soundOf(file);
  expect(samples.length).toBeGreaterThan(31000);
  expect(level(samples.subarray(9600, 14400))).toBeLessThan(0.01);
  expect(level(samples.subarray(17600, 24000))).toBeCloseTo(0.5 / Math.SQRT2, 1);
});

test('one sample of sound', async () => {
  const file = join(folder, 'one.wav');
  await encodeMedia({ file, audio: { sampleRate: 16000, data: Float32Array.of(0.25) } });
  expect((await soundOf(file)).samples).toEqual(Float32Array.of(0.25));
});

test('pieces follow each other without a break', async () => {
  let next = 0;
  for await (const { samples, time } of decodeAudio({ ...request(wav), sampleRate: 11025 })) {
    expect(time).toBeCloseTo(next, 6);
    next = time + samples.length / 11025;
  }
  expect(next).toBeCloseTo(2, 3);
});
