import type { Tf } from '@modalkit/contract';
import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

interface Call {
  readonly inputs: { readonly x: TensorInfo; readonly segmentIds: TensorInfo };
  readonly attrs: { readonly numSegments: number };
  readonly backend: KernelBackend;
}

/** Gives wasm the one kernel that it lacks of gather's gradient, so that an embedding trains there. */
export function registerSegmentSum(tf: Tf): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: segmentSum as unknown as KernelFunc,
  });
}

/** Rows of `x` added up by segment: `[n, ...]` and ids `[n]` -> `[numSegments, ...]`; a negative id is left out. */
function segmentSum({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }: Call): TensorInfo {
  const values = backend.readSync(x.dataId) as Float32Array;
  const ids = backend.readSync(segmentIds.dataId) as Int32Array;
  const width = values.length / ids.length || 0;
  const sums = x.dtype === 'int32' ? new Int32Array(numSegments * width) : new Float32Array(numSegments * width);
  ids.forEach((id, row) => {
    if (id < 0) return;
    for (let i = 0; i < width; i++) sums[id * width + i]! += values[row * width + i]!;
  });
  const shape = [numSegments, ...x.shape.slice(1)];
  return { dataId: backend.write(sums, shape, x.dtype), shape, dtype: x.dtype };
}
