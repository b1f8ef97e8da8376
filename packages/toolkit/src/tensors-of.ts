import type { BatchTensors, HostArrays, Tf } from '@modalkit/contract';

/** What `collate` returned as tensors, as a step of the model would receive them. */
export function tensorsOf(tf: Tf, arrays: HostArrays): BatchTensors {
  const entries = Object.entries(arrays).map(([name, array]) => [
    name,
    tf.tensor(array!.data, [...array!.shape], array!.dtype),
  ]);
  return Object.fromEntries(entries) as BatchTensors;
}
