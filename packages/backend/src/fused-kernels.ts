import type { Tf } from '@modalkit/contract';
import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeKernels, OpAttribute } from './native-kernels.js';

/** Inputs in the operation's order, and how many tensors come out. */
interface Fused {
  readonly inputs: readonly string[];
  readonly outputs: number;
  readonly attributes?: (binding: NativeKernels['binding'], attrs: NamedAttrMap) => readonly OpAttribute[];
}

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: NativeKernels;
}

const norm: Fused['attributes'] = (binding, { centred, epsilon }) => [
  { name: 'centred', type: binding.TF_ATTR_BOOL, value: centred },
  { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
];

/** What our part of the addon adds to TensorFlow (native/fused-ops.cc), by the kernel's name in tfjs. */
const KERNELS: Readonly<Record<string, Fused>> = {
  Gelu: { inputs: ['x'], outputs: 1 },
  GeluGrad: { inputs: ['dy', 'x'], outputs: 1 },
  LayerNorm: { inputs: ['x', 'scale', 'offset'], outputs: 2, attributes: norm },
  LayerNormGrad: { inputs: ['dy', 'x', 'scale', 'stats'], outputs: 3, attributes: norm },
};

/**
 * Gives tfjs the kernels that layers use where a backend has them: on the CPU, where the addon is ours and has registered their
 * operations, which it does on every processor but those of x86 without AVX2.
 */
export function registerFused(tf: Tf, kernels: NativeKernels): void {
  if (kernels.isUsingGpuDevice || !hasOperations(kernels)) return;
  for (const [kernelName, { inputs, outputs, attributes }] of Object.entries(KERNELS)) {
    const run = ({ inputs: given, attrs, backend }: Call) => {
      const tensors = inputs.map((name) => given[name]!);
      const found = backend.executeMultipleOutputs(
        `Modalkit${kernelName}`,
        attributes?.(backend.binding, attrs) ?? [],
        tensors,
        outputs,
      );
      return outputs === 1 ? found[0]! : found;
    };
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc: run as unknown as KernelFunc });
  }
}

function hasOperations({ binding }: NativeKernels): boolean {
  const id = binding.createTensor([1], binding.TF_FLOAT, new Float32Array(1));
  try {
    for (const output of binding.executeOp('ModalkitGelu', [], [id], 1)) binding.deleteTensor(output.id);
    return true;
  } catch {
    return false;
  } finally {
    binding.deleteTensor(id);
  }
}
