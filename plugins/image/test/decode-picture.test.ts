import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { ImageOptions } from '../src/image-options.js';
import { adapterOf, hostContext } from './helpers.js';
import { noise, sharpOf } from './pictures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-图-'));
});

/** Writes a file with a Chinese name and prepares it. */
async function prepared(bytes: Uint8Array, options: ImageOptions) {
  await writeFile(join(folder, '数字七.bin'), bytes);
  return (await adapterOf(options).prepare('数字七.bin', hostContext(folder))).pixels;
}

const grey: ImageOptions = { size: 4, patch: 2, channels: 1, fit: 'pad' };
const rgb: ImageOptions = { size: 4, patch: 2, channels: 3, fit: 'pad' };
const flat = (values: number[], pixels = 16) =>
  Uint8Array.from({ length: pixels * values.length }, (_, i) => values[i % values.length]!);

test('lossless formats give their very pixels, by path and by bytes', async () => {
  const pixels = noise(16, 3);
  for (const format of ['png', 'tiff'] as const) {
    const bytes = await sharpOf(pixels, 4, 4)
      .toFormat(format, { compression: format === 'tiff' ? 'lzw' : 'av1' })
      .toBuffer();
    expect(await prepared(bytes, grey)).toEqual(pixels);
    expect((await adapterOf(grey).prepare(new Uint8Array(bytes), hostContext())).pixels).toEqual(pixels);
  }
  const colours = noise(48, 4);
  expect(await prepared(await sharpOf(colours, 4, 4, 3).webp({ lossless: true }).toBuffer(), rgb)).toEqual(colours);
});

test.each(['jpeg', 'webp', 'gif', 'avif'] as const)('%s is decoded to near its pixels', async (format) => {
  const bytes = await sharpOf(flat([200, 60, 30], 256), 16, 16, 3)
    .toFormat(format, { quality: 95 })
    .toBuffer();
  const pixels = await prepared(bytes, { ...rgb, fit: 'crop' });
  for (const [channel, value] of [200, 60, 30].entries())
    expect(Math.abs(pixels[channel]! - value)).toBeLessThanOrEqual(6);
});

test('grey becomes RGB and RGB becomes grey', async () => {
  expect(
    await prepared(
      await sharpOf(flat([77]), 4, 4)
        .png()
        .toBuffer(),
      rgb,
    ),
  ).toEqual(flat([77, 77, 77]));
  expect(
    await prepared(
      await sharpOf(flat([77, 77, 77]), 4, 4, 3)
        .png()
        .toBuffer(),
      grey,
    ),
  ).toEqual(flat([77]));
  const green = (
    await prepared(
      await sharpOf(flat([0, 255, 0]), 4, 4, 3)
        .png()
        .toBuffer(),
      grey,
    )
  )[0]!;
  const blue = (
    await prepared(
      await sharpOf(flat([0, 0, 255]), 4, 4, 3)
        .png()
        .toBuffer(),
      grey,
    )
  )[0]!;
  expect(green).toBeGreaterThan(blue + 50);
});

test('16 bits are reduced to 8, not cut off', async () => {
  const values = new Uint16Array(16).fill(0x8040); // 32832 of 65535 is 128 of 255
  const raw = { raw: { width: 4, height: 4, channels: 1 as const } };
  const { default: sharp } = await import('sharp');
  const bytes = await sharp(values, raw).toColourspace('grey16').png().toBuffer();
  expect((await sharp(bytes).metadata()).depth).toBe('ushort');
  expect(await prepared(bytes, grey)).toEqual(flat([128]));
  expect(await prepared(bytes, rgb)).toEqual(flat([128, 128, 128]));
});

test('transparency lies on white', async () => {
  // alpha 0 is white; alpha 51 of 255 is 0.2 * 100 + 0.8 * 255 = 224.
  expect(
    await prepared(
      await sharpOf(flat([10, 20, 30, 0]), 4, 4, 4)
        .png()
        .toBuffer(),
      rgb,
    ),
  ).toEqual(flat([255, 255, 255]));
  const half = await prepared(
    await sharpOf(flat([100, 51]), 4, 4, 2)
      .png()
      .toBuffer(),
    grey,
  );
  expect(half).toEqual(flat([224]));
});

test('EXIF orientation is applied', async () => {
  // Left half white; orientation 6 says: turn a quarter to the right, so the upper half becomes white.
  const pixels = Uint8Array.from({ length: 256 }, (_, index) => (index % 16 < 8 ? 255 : 0));
  const bytes = await sharpOf(pixels, 16, 16).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
  const upright = await prepared(bytes, { ...grey, fit: 'stretch' });
  expect([upright[0], upright[3], upright[12], upright[15]].map((value) => value! > 128)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('pad centres a smaller picture unscaled on black: 28 x 28 in 32 x 32 leaves two pixels a side', async () => {
  const digit = noise(784, 5);
  const pixels = await prepared(await sharpOf(digit, 28, 28).png().toBuffer(), {
    size: 32,
    patch: 8,
    channels: 1,
    fit: 'pad',
  });
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      const inside = x >= 2 && x < 30 && y >= 2 && y < 30;
      expect(pixels[y * 32 + x]).toBe(inside ? digit[(y - 2) * 28 + x - 2] : 0);
    }
  }
});

test('a wide picture is padded above and below, cropped at both sides, or stretched', async () => {
  // 16 x 8: black, white (8 wide), black.
  const wide = Uint8Array.from({ length: 128 }, (_, index) => (index % 16 >= 4 && index % 16 < 12 ? 255 : 0));
  const bytes = await sharpOf(wide, 16, 8).png().toBuffer();
  const column = (pixels: Uint8Array, x: number) => [0, 1, 2, 3].map((y) => (pixels[y * 4 + x]! > 128 ? 1 : 0));
  const row = (pixels: Uint8Array, y: number) =>
    [...pixels.subarray(y * 4, y * 4 + 4)].map((value) => (value > 128 ? 1 : 0));
  const of = (fit: 'pad' | 'crop' | 'stretch') => prepared(bytes, { ...grey, fit });
  expect(column(await of('pad'), 1)).toEqual([0, 1, 1, 0]);
  expect(row(await of('crop'), 0)).toEqual([1, 1, 1, 1]);
  expect([row(await of('stretch'), 0), column(await of('stretch'), 1)]).toEqual([
    [0, 1, 1, 0],
    [1, 1, 1, 1],
  ]);
});

test('height comes first in size', async () => {
  const bytes = await sharpOf(noise(32, 6), 8, 4).png().toBuffer();
  expect(await prepared(bytes, { ...grey, size: [4, 8] })).toEqual(noise(32, 6));
});

test('the same file always gives the same pixels', async () => {
  const bytes = await sharpOf(noise(3000, 7), 50, 20, 3).jpeg().toBuffer();
  expect(await prepared(bytes, rgb)).toEqual(await prepared(bytes, rgb));
});
