import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { HostArrays } from '@modalkit/contract';
import { testHostContext, tensorsOf as toTensors } from '@modalkit/toolkit/testing';
import * as tf from '@tensorflow/tfjs-core';
import { type SensorState, sensorAdapter } from '../src/sensor-adapter.js';
import { parseSensorOptions, type SensorOptions } from '../src/sensor-options.js';

export const adapterOf = (options: SensorOptions) => sensorAdapter(parseSensorOptions(options));

export const hostContext = <State = SensorState>(folder = '', state?: State) => testHostContext('pen', folder, state);

export const tensorsOf = (arrays: HostArrays) => toTensors(tf, arrays);

export { tf };
