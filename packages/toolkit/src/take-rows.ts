import type { Tensor, Tf } from '@modalkit/contract';

/** Rows of a float32 table by int32 ids: `[N, width]`, `[M]` -> `[M, width]`, with a gradient on every backend. */
export function takeRows(tf: Tf, table: Tensor, ids: Tensor): Tensor {
  const rows = table.shape[0]!;
  return tf.customGrad(((weight: Tensor, save: (tensors: Tensor[]) => void) => {
    save([ids]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => sumByRow(tf, dy, saved!, rows);
    return { value: tf.gather(weight, ids as never), gradFunc };
  }) as never)(table);
}

/** Sums the gradients of each row, `[M, width]` -> `[rows, width]`; by a matrix product where the kernel is lacking (wasm). */
function sumByRow(tf: Tf, dy: Tensor, ids: Tensor, rows: number): Tensor {
  if (tf.getKernel('UnsortedSegmentSum', tf.getBackend())) return tf.unsortedSegmentSum(dy, ids as never, rows);
  return tf.matMul(tf.oneHot(ids as never, rows, 1, 0, 'float32'), dy, true);
}
