import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAudio } from '@modalkit/media';
import { beforeAll, expect, test } from 'vitest';
import { readPlainWav } from '../src/read-plain-wav.js';
import { wavHeader } from '../src/wav-header.js';
import { wavOf } from './helpers.js';
import { noise } from './sounds.js';

const RATE = 8000;
let file: string;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'modalkit-wav-')), '简.wav');
});

async function samplesOf(pieces: AsyncIterable<{ samples: Float32Array; time: number }> | undefined) {
  const found: number[] = [];
  let start: number | undefined;
  for await (const { samples, time } of pieces ?? []) {
    start ??= time;
    found.push(...samples);
  }
  return { start, found };
}

const floats = (samples: Float32Array) =>
  Buffer.concat([wavHeader('float32', RATE, samples.byteLength), Buffer.from(samples.buffer)]);

test.each([
  ['16-bit integers', wavOf],
  ['32-bit floats', floats],
] as const)('%s: the same samples as by ffmpeg, whole and in part', async (_, encode) => {
  await writeFile(file, encode(noise(70_001, 1), RATE));
  for (const part of [{ start: 0 }, { start: 0.5 }, { start: 1, duration: 0.25 }, { start: 8, duration: 9 }]) {
    const own = await samplesOf(await readPlainWav(file, RATE, part));
    const theirs = await samplesOf(decodeAudio({ file, name: 'x', sampleRate: RATE, ...part }));
    expect(own).toEqual(theirs);
    expect(own.found.length).toBeGreaterThan(1000);
  }
});

test('chunks before the samples, of odd length too, are skipped', async () => {
  const wav = Buffer.from(wavOf(noise(500, 1), RATE));
  const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
  await writeFile(file, Buffer.concat([wav.subarray(0, 36), list, wav.subarray(36)]));
  expect((await samplesOf(await readPlainWav(file, RATE, { start: 0 }))).found).toHaveLength(500);
});

test('every other file is left to ffmpeg', async () => {
  const wav = Buffer.from(wavOf(noise(500, 1), RATE));
  const changed = (offset: number, value: number) => {
    const copy = Buffer.from(wav);
    copy.writeUInt16LE(value, offset);
    return copy;
  };
  const refused = async (bytes: Uint8Array, rate = RATE) => {
    await writeFile(file, bytes);
    return (await readPlainWav(file, rate, { start: 0 })) === undefined;
  };
  expect(await refused(wav)).toBe(false);
  expect(await refused(wav, 16_000)).toBe(true); // to be resampled
  expect(await refused(changed(20, 7))).toBe(true); // mu-law
  expect(await refused(changed(22, 2))).toBe(true); // stereo
  expect(await refused(changed(34, 24))).toBe(true); // 24 bits
  expect(await refused(wav.subarray(0, wav.length - 1))).toBe(true); // truncated
  expect(await refused(wav.subarray(0, 30))).toBe(true);
  expect(await refused(Buffer.from('RIFF'))).toBe(true);
  expect(await refused(new Uint8Array())).toBe(true);
  expect(await refused(Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff', 'latin1'), wav]))).toBe(true);
});
