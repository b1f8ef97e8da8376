import type { Backend, Tensor, Tf } from '@modalkit/contract';
import { philox4x32 } from '@modalkit/toolkit';
import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeKernels } from './native-kernels.js';

const UNIFORM = 'StatelessUniform';

/** Registers the random kernel for one backend of tfjs, once. */
export function registerUniform(tf: Tf, backendName: string): void {
  if (tf.getKernel(UNIFORM, backendName)) return;
  const kernelFunc = (backendName === 'tensorflow' ? nativeUniform(tf) : jsUniform) as unknown as KernelFunc;
  tf.registerKernel({ kernelName: UNIFORM, backendName, kernelFunc });
}

/** `Backend.uniform` by that kernel, so that a captured step sees it as one operation. */
export function uniformBy(tf: Tf): Backend['uniform'] {
  return (key, shape) => tf.engine().runKernel(UNIFORM, { key }, { shape: [...shape] }) as Tensor;
}

interface Call<B> {
  readonly inputs: { readonly key: TensorInfo };
  readonly attrs: { readonly shape: number[] };
  readonly backend: B;
}

/** TensorFlow's own Philox; the first version of the operation, since tfjs has no uint64 for the second. */
function nativeUniform(tf: Tf) {
  return ({ inputs, attrs, backend }: Call<NativeKernels>): TensorInfo => {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
    const types = { dtype: TF_FLOAT, T: TF_INT32, Tseed: TF_INT32 };
    const attributes = Object.entries(types).map(([name, value]) => ({ name, type: TF_ATTR_TYPE, value }));
    const shape = tf.tensor1d(attrs.shape, 'int32');
    const output = backend.executeSingleOutput('StatelessRandomUniform', attributes, [shape, inputs.key]);
    shape.dispose();
    return output;
  };
}

function jsUniform({ inputs, attrs, backend }: Call<KernelBackend>): TensorInfo {
  const [k0, k1] = backend.readSync(inputs.key.dataId) as Int32Array;
  const size = attrs.shape.reduce((product, side) => product * side, 1);
  const values = philoxUniform([k0! >>> 0, k1! >>> 0], size);
  return { dataId: backend.write(values, attrs.shape, 'float32'), shape: attrs.shape, dtype: 'float32' };
}

/** Element i is number i % 4 of Philox block floor(i / 4), its upper 24 bits as a fraction. */
export function philoxUniform(key: readonly [number, number], size: number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 4) {
    const block = philox4x32([i / 4, 0, 0, 0], key);
    for (let j = 0; j < 4 && i + j < size; j++) values[i + j] = (block[j]! >>> 8) * 2 ** -24;
  }
  return values;
}
