import type { Preview } from '@modalkit/contract';
import { decoded, eightBit, openPicture } from './decode-picture.js';

const LARGEST_SIDE = 128;

/** A small PNG of the whole picture, its longer side at most 128 pixels. */
export async function previewPicture(bytes: Uint8Array, name: string, maxPixels: number): Promise<Preview> {
  const picture = await openPicture(bytes, name, maxPixels);
  const small = picture.resize({ width: LARGEST_SIDE, height: LARGEST_SIDE, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await decoded(name, () => eightBit(small, 3).png().toBuffer({ resolveWithObject: true }));
  return {
    kind: 'picture',
    mime: 'image/png',
    base64: data.toString('base64'),
    width: info.width,
    height: info.height,
  };
}
