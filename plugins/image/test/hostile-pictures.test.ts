import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isModalkitError } from '@modalkit/contract';
import { beforeAll, expect, test } from 'vitest';
import { adapterOf, hostContext } from './helpers.js';
import { noise, sharpOf } from './pictures.js';
import { blackPng } from './png.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modalkit-坏-'));
});

const adapter = adapterOf({ size: 8, patch: 4, channels: 1 });

/** The message of the SAMPLE error, or '' when the picture was accepted. */
async function refusal(bytes: Uint8Array, name = '坏图.png'): Promise<string> {
  await writeFile(join(folder, name), bytes);
  try {
    await adapter.prepare(name, hostContext(folder));
    return '';
  } catch (error) {
    if (!isModalkitError(error) || error.code !== 'SAMPLE') throw error;
    return error.message;
  }
}

test('each refusal names the file, what came and what to do', async () => {
  expect(await refusal(new Uint8Array())).toBe('Image "坏图.png": the file is empty; replace it.');
  expect(await refusal(Buffer.from('今天 text, no picture'))).toMatch(
    /^Image "坏图\.png": is no PNG, .*begins with .*convert/,
  );
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="/etc/passwd"/></svg>';
  expect(await refusal(Buffer.from(svg))).toMatch(/is no PNG.*<svg/);
  expect(await refusal(Buffer.from(`<?xml version="1.0"?>${svg}`))).toMatch(/is no PNG/);
  expect(await refusal(Buffer.from(`GIF89a${svg}`))).not.toBe('');
  expect(await refusal(Buffer.from('%PDF-1.7'))).toMatch(/is no PNG/);
  expect(await refusal(Buffer.from('BM______'))).toMatch(/is no PNG/);
});

test.each(['png', 'jpeg', 'webp', 'gif', 'tiff'] as const)(
  '%s truncated anywhere in its data is refused',
  async (format) => {
    const whole = await sharpOf(noise(900, 1), 30, 30).toFormat(format).toBuffer();
    expect(await refusal(whole)).toBe('');
    for (let share = 0; share < 0.95; share += 0.07)
      expect(await refusal(whole.subarray(0, Math.floor(whole.length * share)))).toMatch(/坏图\.png/);
  },
);

test('bytes altered in the middle end in pixels or in a SAMPLE error, nothing else', async () => {
  const whole = await sharpOf(noise(900, 2), 30, 30).png().toBuffer();
  let refused = 0;
  for (let position = 8; position < whole.length; position += 29) {
    const altered = Buffer.from(whole);
    altered[position]! ^= 0x55;
    if ((await refusal(altered)) !== '') refused++;
  }
  expect(refused).toBeGreaterThan(20);
});

test('a 20,000 x 20,000 PNG is refused from its header in under 200 ms and without its memory', async () => {
  const bomb = blackPng(20_000, 20_000);
  await writeFile(join(folder, 'bomb.png'), bomb);
  await refusal(blackPng(8, 8)); // sharp is loaded
  const before = process.memoryUsage().rss;
  const took: number[] = [];
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    await expect(adapter.prepare('bomb.png', hostContext(folder))).rejects.toThrow(
      'Image "bomb.png": 20000 x 20000 pixels are more than maxPixels, 16777216; make it smaller.',
    );
    took.push(performance.now() - start);
  }
  expect(Math.min(...took)).toBeLessThan(200); // the least: other programs may hold a processor
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  await expect(adapter.preview!('bomb.png', hostContext(folder))).rejects.toThrow('more than maxPixels');
});

test('the limit is exact: as many pixels pass, one more row does not', async () => {
  const small = adapterOf({ size: 8, patch: 4, channels: 1, maxPixels: 6400 });
  expect((await small.prepare(blackPng(80, 80), hostContext())).pixels).toEqual(new Uint8Array(64));
  await expect(small.prepare(blackPng(80, 81), hostContext())).rejects.toThrow(
    'Image "bytes given to front": 80 x 81 pixels',
  );
});
