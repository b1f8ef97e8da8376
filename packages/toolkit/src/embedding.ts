import type { InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';

/** Declares `name [rows, width]`, normal with std 0.02 (BERT, Devlin et al. 2019). */
export function initEmbedding(context: InitContext, name: string, rows: number, width: number): void {
  context.weight(name, [rows, width], { kind: 'normal', std: 0.02 });
}

/** `[...]` int32 ids -> `[..., width]`. */
export function embedding(context: StepContext, name: string, ids: Tensor): Tensor {
  const { tf } = context;
  const table = context.weight(name);
  const [rows, width] = table.shape as [number, number];
  const looked = tf.customGrad(((weight: Tensor, save: (tensors: Tensor[]) => void) => {
    const flat = tf.reshape(ids, [-1]);
    save([flat]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => sumByRow(tf, dy, saved!, rows);
    return { value: tf.gather(weight, flat as never), gradFunc };
  }) as never)(table);
  return tf.reshape(looked, [...ids.shape, width]);
}

/** Sums the gradients of each row, `[N, width]` -> `[rows, width]`; by a matrix product where the kernel is lacking (wasm). */
function sumByRow(tf: Tf, dy: Tensor, ids: Tensor, rows: number): Tensor {
  if (tf.getKernel('UnsortedSegmentSum', tf.getBackend())) return tf.unsortedSegmentSum(dy, ids as never, rows);
  return tf.matMul(tf.oneHot(ids, rows, 1, 0, 'float32'), dy, true);
}
