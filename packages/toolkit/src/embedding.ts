import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { takeRows } from './take-rows.js';

/** Declares `name [rows, width]`, normal with std 0.02 (BERT, Devlin et al. 2019). */
export function initEmbedding(context: InitContext, name: string, rows: number, width: number): void {
  context.weight(name, [rows, width], { kind: 'normal', std: 0.02 });
}

/** `[...]` int32 ids -> `[..., width]`. */
export function embedding(context: StepContext, name: string, ids: Tensor): Tensor {
  const { tf } = context;
  const table = context.weight(name);
  return tf.reshape(takeRows(tf, table, tf.reshape(ids, [-1])), [...ids.shape, table.shape[1]!]);
}
