import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ffmpeg, greyFilm } from './film.js';
import { adapterOf, hostContext } from './helpers.js';

const adapter = adapterOf({ size: 32, patch: 8 });

test('an argument is a sample when it is a file with the ending of a video', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-参-'));
  await writeFile(join(folder, '七.mp4'), 'any');
  await writeFile(join(folder, 'UPPER.MKV'), 'any');
  await writeFile(join(folder, 'sound.wav'), 'any');
  await mkdir(join(folder, 'folder.mp4'));
  await symlink('七.mp4', join(folder, 'link.webm'));
  const accepts = (name: string) => adapter.accepts!(join(folder, name));
  for (const name of ['七.mp4', 'UPPER.MKV', 'link.webm']) expect(await accepts(name)).toBe(join(folder, name));
  for (const name of ['sound.wav', 'folder.mp4', 'gone.mp4']) expect(await accepts(name)).toBeUndefined();
  expect(await adapter.accepts!('数字七')).toBeUndefined();
});

test('a preview is up to eight small PNGs with their times, proportions kept, never enlarged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-影-'));
  await greyFilm(join(folder, 'wide.mp4'), '256x128', 10, 24, '10*N');
  await greyFilm(join(folder, 'small.mp4'), '32x48', 10, 3, '60*N');
  await ffmpeg('-i', join(folder, 'small.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', join(folder, 'turned.mp4'));
  const film = async (sample: string | { file: string; start: number }) => {
    const preview = await adapter.preview!(sample, hostContext(folder));
    if (preview.kind !== 'film') throw new Error('no film');
    return preview.frames;
  };
  const wide = await film('wide.mp4');
  expect(wide.map(({ time }) => Number(time.toFixed(3)))).toEqual([0.1, 0.4, 0.7, 1, 1.3, 1.6, 1.9, 2.2]);
  for (const { mime, base64, width, height } of wide) {
    const decoded = await sharp(Buffer.from(base64, 'base64')).metadata();
    expect([mime, decoded.format, decoded.width, decoded.height]).toEqual(['image/png', 'png', width, height]);
    expect([width, height]).toEqual([128, 64]);
  }
  expect((await film('small.mp4')).map(({ width, height }) => [width, height])).toEqual(Array(3).fill([32, 48]));
  expect((await film('turned.mp4')).map(({ width, height }) => [width, height])).toEqual(Array(3).fill([48, 32]));
  expect((await film({ file: 'wide.mp4', start: 2.05 })).map(({ time }) => Number(time.toFixed(3)))).toEqual([
    2.1, 2.2, 2.3,
  ]);
});
