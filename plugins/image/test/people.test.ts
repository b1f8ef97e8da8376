import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapterOf, hostContext } from './helpers.js';
import { noise, sharpOf } from './pictures.js';

const adapter = adapterOf({ size: 32, patch: 8 });

test('an argument is a sample when it is a file that begins like a picture, whatever its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-参-'));
  const bytes = await sharpOf(noise(16, 1), 4, 4).png().toBuffer();
  await writeFile(join(folder, '七'), bytes);
  await writeFile(join(folder, 'text.png'), 'a seven');
  await writeFile(join(folder, 'empty.png'), '');
  await mkdir(join(folder, 'folder.png'));
  await symlink('七', join(folder, 'link.png'));
  const accepts = (name: string) => adapter.accepts!(join(folder, name));
  expect(await accepts('七')).toBe(join(folder, '七'));
  expect(await accepts('link.png')).toBe(join(folder, 'link.png'));
  for (const name of ['text.png', 'empty.png', 'folder.png', 'missing.png'])
    expect(await accepts(name)).toBeUndefined();
  expect(await adapter.accepts!('数字七')).toBeUndefined();
});

test.each(['jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('%s is an argument too', async (format) => {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-image-'));
  await writeFile(join(folder, 'x'), await sharpOf(noise(256, 1), 16, 16).toFormat(format).toBuffer());
  expect(await adapter.accepts!(join(folder, 'x'))).toBe(join(folder, 'x'));
});

test('a preview is a small PNG with the proportions of the picture, never enlarged', async () => {
  const sizes = async (width: number, height: number) => {
    const bytes = new Uint8Array(
      await sharpOf(noise(width * height, 1), width, height)
        .png()
        .toBuffer(),
    );
    const preview = await adapter.preview!(bytes, hostContext());
    if (preview.kind !== 'picture') throw new Error('no picture');
    const { default: sharp } = await import('sharp');
    const decoded = await sharp(Buffer.from(preview.base64, 'base64')).metadata();
    expect([preview.mime, decoded.format, decoded.width]).toEqual(['image/png', 'png', preview.width]);
    return [preview.width, preview.height];
  };
  expect(await sizes(512, 256)).toEqual([128, 64]);
  expect(await sizes(28, 28)).toEqual([28, 28]);
});
