import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { HostArrays } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { testHostContext, tensorsOf as toTensors } from '@modalkit/toolkit/testing';
import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Sharp } from 'sharp';
import { type ImageState, imageAdapter } from '../src/image-adapter.js';
import { type ImageOptions, parseImageOptions } from '../src/image-options.js';

export const adapterOf = (options: ImageOptions) => imageAdapter(parseImageOptions(options));

export const hostContext = <State = ImageState>(folder = '', state?: State) => testHostContext('front', folder, state);

/** Pixels of a small grey or RGB picture drawn by the key `seed`. */
export function noise(count: number, seed: number): Uint8Array {
  const random = hostRandom(seed, 0, 'noise');
  return Uint8Array.from({ length: count }, (_, index) => Math.floor(random.uniform('value', index) * 256));
}

export function sharpOf(pixels: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4 = 1): Sharp {
  return sharp(pixels, { raw: { width, height, channels } });
}

export const tensorsOf = (arrays: HostArrays) => toTensors(tf, arrays);

export { tf };
