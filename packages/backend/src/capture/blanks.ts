import type { Tensor } from '@modalkit/contract';
import type { NativeKernels } from '../native-kernels.js';

/** Tensors of fewer numbers are left as they are. */
const LEAST = 4096;

/**
 * Keeps a recording small. A recording needs the shapes of what operations give, not the values, so a large float tensor gets
 * the memory of one shared tensor of zeros: an eager step holds every activation until its end, this one holds next to none.
 */
export class Blanks {
  private readonly kernels: NativeKernels;
  /** The addon's id of the one tensor of zeros for each number of numbers. */
  private readonly bySize = new Map<number, number>();

  constructor(kernels: NativeKernels) {
    this.kernels = kernels;
  }

  /** Lets go of a tensor's memory; zeros of its shape stand in its place. */
  empty(tensor: Tensor): void {
    if (tensor.dtype !== 'float32' || tensor.size < LEAST) return;
    const { binding, tensorMap } = this.kernels;
    const entry = tensorMap.get(tensor.dataId)!;
    const zeros = this.zeros(tensor.size);
    binding.deleteTensor(entry.id);
    const shape = binding.createTensor([tensor.rank], binding.TF_INT32, Int32Array.from(tensor.shape));
    entry.id = this.run('Reshape', { T: binding.TF_FLOAT, Tshape: binding.TF_INT32 }, [zeros, shape]);
    binding.deleteTensor(shape);
  }

  dispose(): void {
    for (const id of this.bySize.values()) this.kernels.binding.deleteTensor(id);
  }

  private zeros(size: number): number {
    const known = this.bySize.get(size);
    if (known !== undefined) return known;
    const { binding } = this.kernels;
    const shape = binding.createTensor([1], binding.TF_INT32, Int32Array.of(size));
    const value = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(0));
    const made = this.run('Fill', { T: binding.TF_FLOAT, index_type: binding.TF_INT32 }, [shape, value]);
    for (const id of [shape, value]) binding.deleteTensor(id);
    this.bySize.set(size, made);
    return made;
  }

  /** One operation that the engine does not see. */
  private run(op: string, types: Readonly<Record<string, number>>, inputs: readonly number[]): number {
    const { binding } = this.kernels;
    const attributes = Object.entries(types).map(([name, value]) => ({ name, type: binding.TF_ATTR_TYPE, value }));
    return binding.executeOp(op, attributes, inputs, 1)[0]!.id;
  }
}
