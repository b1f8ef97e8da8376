import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { HostArrays } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import { testHostContext, tensorsOf as toTensors } from '@modalkit/toolkit/testing';
import * as tf from '@tensorflow/tfjs-core';
import { type SensorState, sensorAdapter } from '../src/sensor-adapter.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';

export const adapterOf = (options: SensorOptions) => sensorAdapter(parseSensorOptions(options));

export const hostContext = <State = SensorState>(folder = '', state?: State) => testHostContext('pen', folder, state);

/** Numbers in -1..1 drawn by the key `seed`. */
export function noise(count: number, seed: number): number[] {
  const random = hostRandom(seed, 0, 'noise');
  return Array.from({ length: count }, (_, index) => 2 * random.uniform('value', index) - 1);
}

/** `start`, `start + step` … */
export const steps = (count: number, step: number, start = 0) =>
  Array.from({ length: count }, (_, index) => start + index * step);

export const tensorsOf = (arrays: HostArrays) => toTensors(tf, arrays);

export { tf };
