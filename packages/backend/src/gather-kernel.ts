import type { Tf } from '@modalkit/contract';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeKernels } from './native-kernels.js';

interface Call {
  readonly inputs: { readonly x: TensorInfo; readonly indices: TensorInfo };
  readonly attrs: { readonly axis: number; readonly batchDims: number };
  readonly backend: NativeKernels;
}

/**
 * Registers gather as TensorFlow's operation alone. The package's own kernel reads every index on the host to check its
 * bounds, which would make a training step wait for its data; TensorFlow checks them itself and refuses an index outside.
 */
export function registerGather(tf: Tf): void {
  const gather = ({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }: Call): TensorInfo => {
    const { TF_ATTR_INT, TF_ATTR_TYPE, TF_FLOAT, TF_INT32, TF_BOOL } = backend.binding;
    const types: Readonly<Record<string, number>> = { float32: TF_FLOAT, int32: TF_INT32, bool: TF_BOOL };
    const axisTensor = tf.scalar(axis, 'int32');
    const attributes = [
      { name: 'batch_dims', type: TF_ATTR_INT, value: batchDims },
      { name: 'Tparams', type: TF_ATTR_TYPE, value: types[x.dtype] },
      { name: 'Tindices', type: TF_ATTR_TYPE, value: types[indices.dtype] },
      { name: 'Taxis', type: TF_ATTR_TYPE, value: TF_INT32 },
    ];
    const output = backend.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
    axisTensor.dispose();
    return output;
  };
  tf.unregisterKernel('GatherV2', 'tensorflow');
  tf.registerKernel({ kernelName: 'GatherV2', backendName: 'tensorflow', kernelFunc: gather as unknown as KernelFunc });
}
