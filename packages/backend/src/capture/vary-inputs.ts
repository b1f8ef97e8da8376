import type { Tensor, Tf } from '@modalkit/contract';
import { mapTensors } from './tensor-tree.js';

/** Other inputs of the same shapes: rows in reverse, and scalars moved by one. Each value is one that the inputs may have. */
export function varyInputs<I extends object>(tf: Tf, inputs: I): I {
  return mapTensors(inputs, (tensor) => tf.tidy(() => vary(tf, tensor)));
}

function vary(tf: Tf, tensor: Tensor): Tensor {
  return tensor.rank === 0 ? tf.cast(tf.add(tensor, 1), tensor.dtype) : tf.reverse(tensor, 0);
}
