import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { HostArrays } from '@modalkit/contract';
import { testHostContext, tensorsOf as toTensors } from '@modalkit/toolkit/testing';
import * as tf from '@tensorflow/tfjs-core';
import { type ImageState, imageAdapter } from '../src/image-adapter.js';
import { type ImageOptions, parseImageOptions } from '../src/image-options.js';

export const adapterOf = (options: ImageOptions) => imageAdapter(parseImageOptions(options));

export const hostContext = <State = ImageState>(folder = '', state?: State) => testHostContext('front', folder, state);

export const tensorsOf = (arrays: HostArrays) => toTensors(tf, arrays);

export { tf };
