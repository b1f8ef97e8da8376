import type { Tensor, Tf } from '@modalkit/contract';
import { leavesOf, treeOf } from './tensor-tree.js';

/** Other inputs of the same shapes: rows in reverse, and scalars moved by one. Each value is one that the inputs may have. */
export function varyInputs<I extends object>(tf: Tf, inputs: I): I {
  const leaves = leavesOf(inputs);
  const varied = leaves.map(({ tensor }) => tf.tidy(() => vary(tf, tensor)));
  return treeOf(
    leaves.map(({ path }) => path),
    varied,
  ) as I;
}

function vary(tf: Tf, tensor: Tensor): Tensor {
  return tensor.rank === 0 ? tf.cast(tf.add(tensor, 1), tensor.dtype) : tf.reverse(tensor, 0);
}
