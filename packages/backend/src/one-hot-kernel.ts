import type { DataType, Tf } from '@modalkit/contract';
import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

interface Call {
  readonly inputs: { readonly indices: TensorInfo };
  readonly attrs: {
    readonly dtype: DataType;
    readonly depth: number;
    readonly onValue: number;
    readonly offValue: number;
  };
  readonly backend: KernelBackend;
}

/** Replaces wasm's kernel, which writes whole numbers where float32 is asked for: 1 is then read as 1.4e-45. */
export function registerOneHot(tf: Tf): void {
  tf.unregisterKernel('OneHot', 'wasm');
  tf.registerKernel({ kernelName: 'OneHot', backendName: 'wasm', kernelFunc: oneHot as unknown as KernelFunc });
}

/** Indices `[...]` -> `[..., depth]`: all off where an index is out of range. */
function oneHot({ inputs: { indices }, attrs: { dtype, depth, onValue, offValue }, backend }: Call): TensorInfo {
  const places = backend.readSync(indices.dataId) as Int32Array;
  const Values = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
  const values = new Values(places.length * depth).fill(offValue);
  places.forEach((place, row) => {
    if (place >= 0 && place < depth) values[row * depth + place] = onValue;
  });
  const shape = [...indices.shape, depth];
  return { dataId: backend.write(values, shape, dtype), shape, dtype };
}
