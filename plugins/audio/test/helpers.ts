import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { HostArrays } from '@modalkit/contract';
import { testHostContext, tensorsOf as toTensors } from '@modalkit/toolkit/testing';
import * as tf from '@tensorflow/tfjs-core';
import { type AudioState, audioAdapter } from '../src/audio-adapter.js';
import { type AudioOptions, parseAudioOptions } from '../src/audio-options.js';
import type { PreparedSound } from '../src/prepared-sound.js';
import { wavHeader } from '../src/wav-header.js';
import { noise } from './sounds.js';

export const adapterOf = (options: AudioOptions) => audioAdapter(parseAudioOptions(options));

export const hostContext = <State = AudioState>(folder = '', state?: State) => testHostContext('voice', folder, state);

/** A prepared sound of random values with no context around it. */
export function soundOf(steps: number, stride: number, mels: number, seed: number, start = 0): PreparedSound {
  return { mel: noise(steps * stride * mels, seed), steps, before: 0, after: 0, start };
}

/** The bytes of a 16-bit WAV. */
export function wavOf(samples: Float32Array, rate: number): Uint8Array {
  const body = Buffer.from(Int16Array.from(samples, (value) => Math.round(value * 32_767)).buffer);
  return Buffer.concat([wavHeader('int16', rate, body.length), body]);
}

export const tensorsOf = (arrays: HostArrays) => toTensors(tf, arrays);

export { tf };
