import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchTensors, HostArrays, HostContext } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Sharp } from 'sharp';
import { type ImageState, imageAdapter } from '../src/image-adapter.js';
import { type ImageOptions, parseImageOptions } from '../src/image-options.js';

export const adapterOf = (options: ImageOptions) => imageAdapter(parseImageOptions(options));

export function hostContext<State = ImageState>(folder = '', state?: State): HostContext<State> {
  return {
    input: 'front',
    state: state as State,
    read: (path) => readFile(join(folder, path)),
    locate: async (path) => join(folder, path),
  };
}

/** Pixels of a small grey or RGB picture drawn by the key `seed`. */
export function noise(count: number, seed: number): Uint8Array {
  const random = hostRandom(seed, 0, 'noise');
  return Uint8Array.from({ length: count }, (_, index) => Math.floor(random.uniform('value', index) * 256));
}

export function sharpOf(pixels: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4 = 1): Sharp {
  return sharp(pixels, { raw: { width, height, channels } });
}

export function tensorsOf(arrays: HostArrays): BatchTensors {
  const entries = Object.entries(arrays).map(([name, array]) => [
    name,
    tf.tensor(array!.data, [...array!.shape], array!.dtype),
  ]);
  return Object.fromEntries(entries) as BatchTensors;
}

export { tf };
