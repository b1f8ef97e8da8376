import type { NativeBinding } from '../native-kernels.js';
import type { RecordedOp, Recording } from './recording.js';

/**
 * The same recording with every product of two matrices as `MatMul`: tfjs runs it as a product of batches, which TensorFlow takes
 * 1 to 3 % longer for.
 */
export function plainProducts(binding: NativeBinding, recording: Recording): Recording {
  return { ...recording, ops: recording.ops.map((op) => plainProduct(binding, op)) };
}

function plainProduct(binding: NativeBinding, op: RecordedOp): RecordedOp {
  if (op.op !== 'BatchMatMulV2' || op.ranks.some((rank) => rank !== 2)) return op;
  const value = (name: string) => op.attributes.find((attribute) => attribute.name === name)!.value;
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: value('T') },
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: value('adj_x') },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: value('adj_y') },
  ];
  return { ...op, op: 'MatMul', attributes };
}
