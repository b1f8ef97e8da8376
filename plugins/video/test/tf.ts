import '@tensorflow/tfjs-backend-cpu';
// The Node build of tfjs-core registers no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { BatchTensors, HostArrays } from '@modalkit/contract';
import * as tf from '@tensorflow/tfjs-core';

export function tensorsOf(arrays: HostArrays): BatchTensors {
  const entries = Object.entries(arrays).map(([name, array]) => [
    name,
    tf.tensor(array!.data, [...array!.shape], array!.dtype),
  ]);
  return Object.fromEntries(entries) as BatchTensors;
}

export { tf };
