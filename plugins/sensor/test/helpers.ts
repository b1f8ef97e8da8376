import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchTensors, HostArrays, HostContext } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import * as tf from '@tensorflow/tfjs-core';
import { type SensorState, sensorAdapter } from '../src/sensor-adapter.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';

export const adapterOf = (options: SensorOptions) => sensorAdapter(parseSensorOptions(options));

export function hostContext<State = SensorState>(folder = '', state?: State): HostContext<State> {
  return {
    input: 'pen',
    state: state as State,
    read: (path) => readFile(join(folder, path)),
    locate: async (path) => join(folder, path),
  };
}

/** Numbers in -1..1 drawn by the key `seed`. */
export function noise(count: number, seed: number): number[] {
  const random = hostRandom(seed, 0, 'noise');
  return Array.from({ length: count }, (_, index) => 2 * random.uniform('value', index) - 1);
}

/** `start`, `start + step` … */
export const steps = (count: number, step: number, start = 0) =>
  Array.from({ length: count }, (_, index) => start + index * step);

export function tensorsOf(arrays: HostArrays): BatchTensors {
  const entries = Object.entries(arrays).map(([name, array]) => [
    name,
    tf.tensor(array!.data, [...array!.shape], array!.dtype),
  ]);
  return Object.fromEntries(entries) as BatchTensors;
}

export { tf };
