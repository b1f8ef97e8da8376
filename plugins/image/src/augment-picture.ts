import type { HostRandom } from '@modalkit/contract';
import { drawWarp, warpPixels } from '@modalkit/toolkit';
import type { ParsedImageOptions } from './image-options.js';

/**
 * A randomly moved, turned, scaled, cropped, mirrored and brightened copy of 8-bit pixels `[height, width, channels]`, a
 * function of the key alone.
 */
export function augmentPicture(pixels: Uint8Array, options: ParsedImageOptions, random: HostRandom): Uint8Array {
  return warpPixels(pixels, options.size, options.channels, drawWarp(options.augment!, options.size, random));
}
