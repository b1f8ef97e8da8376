import { hostRandom } from '@modalkit/toolkit';
import sharp, { type Sharp } from 'sharp';

/** Pixels of a small grey or RGB picture drawn by the key `seed`. */
export function noise(count: number, seed: number): Uint8Array {
  const random = hostRandom(seed, 0, 'noise');
  return Uint8Array.from({ length: count }, (_, index) => Math.floor(random.uniform('value', index) * 256));
}

export function sharpOf(pixels: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4 = 1): Sharp {
  return sharp(pixels, { raw: { width, height, channels } });
}
