import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMedia } from '@modalkit/media';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { adapterOf, hostContext, wavOf } from './helpers.js';
import { tone } from './sounds.js';

const adapter = adapterOf({});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-参-'));
});
const accepts = (name: string) => adapter.accepts!(join(folder, name));

test('an argument is a sample when it is a file that begins like a sound, whatever its name', async () => {
  await writeFile(join(folder, '七'), wavOf(tone(440, 16_000, 0.1), 16_000));
  await writeFile(join(folder, 'text.mp3'), 'a seven');
  await writeFile(join(folder, 'empty.wav'), '');
  await mkdir(join(folder, 'folder.wav'));
  await symlink('七', join(folder, 'link.wav'));
  expect(await accepts('七')).toBe(join(folder, '七'));
  expect(await accepts('link.wav')).toBe(join(folder, 'link.wav'));
  for (const name of ['text.mp3', 'empty.wav', 'folder.wav', 'missing.wav'])
    expect(await accepts(name)).toBeUndefined();
  expect(await adapter.accepts!('七')).toBeUndefined();
});

test.each(['mp3', 'flac', 'ogg', 'opus', 'm4a'])('%s is an argument too; a film is not', async (ending) => {
  const audio = { sampleRate: 16_000, data: tone(440, 16_000, 0.2) };
  await encodeMedia({ file: join(folder, `声.${ending}`), audio });
  expect(await accepts(`声.${ending}`)).toBe(join(folder, `声.${ending}`));
  const frames = { width: 16, height: 16, channels: 1, fps: 5, data: [new Uint8Array(256)] } as const;
  await encodeMedia({ file: join(folder, '影.mp4'), audio, frames });
  expect(await accepts('影.mp4')).toBeUndefined();
});

test('a preview is a WAV of the sound and a spectrogram: time to the right, high on top', async () => {
  // A low tone, then a high one.
  const sound = new Float32Array(16_000);
  sound.set(tone(300, 16_000, 0.5));
  sound.set(tone(5000, 16_000, 0.5), 8000);
  const preview = await adapter.preview!({ samples: sound, rate: 16_000 }, hostContext());
  if (preview.kind !== 'sound') throw new Error('no sound');
  const wav = Buffer.from(preview.base64, 'base64');
  expect([preview.mime, wav.subarray(0, 4).toString(), wav.readUInt32LE(24), wav.length]).toEqual([
    'audio/wav',
    'RIFF',
    16_000,
    44 + 2 * 16_000,
  ]);
  expect(wav.readInt16LE(44 + 2 * 13)).toBe(Math.round(sound[13]! * 32_767));
  const { mime, base64, width, height } = preview.spectrogram!;
  expect([mime, width, height]).toEqual(['image/png', 100, 80]);
  const { data, info } = await sharp(Buffer.from(base64, 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([100, 80]);
  const brightest = (x: number) => {
    const column = Array.from({ length: 80 }, (_, y) => data[(y * 100 + x) * 3]! + data[(y * 100 + x) * 3 + 1]!);
    return column.indexOf(Math.max(...column));
  };
  expect(brightest(25)).toBeGreaterThan(60);
  expect(brightest(75)).toBeLessThan(20);
});

test('only the first ten seconds are shown, and a sound too short for a spectrogram still sounds', async () => {
  await writeFile(join(folder, '长.wav'), wavOf(tone(440, 8000, 12), 8000));
  const long = await adapter.preview!('长.wav', hostContext(folder));
  if (long.kind !== 'sound') throw new Error('no sound');
  expect(Buffer.from(long.base64, 'base64')).toHaveLength(44 + 2 * 160_000);
  expect([long.seconds, long.spectrogram!.width]).toEqual([10, 1000]);
  const short = await adapter.preview!({ samples: [0, 0.5], rate: 16_000 }, hostContext());
  expect(short).not.toHaveProperty('spectrogram');
});
