import type { InputView, Tensor, Tf } from '@modalkit/contract';
import { takeRows } from '@modalkit/toolkit';

/** Samples of a batch's input in any order and as often as asked: `[M]` int32 ids of rows. Gradients pass to the rows taken. */
export function viewRows(tf: Tf, view: InputView, ids: Tensor): InputView {
  const { values, pooled, valid, hidden, present, position } = view;
  const gather = (tensor: Tensor): Tensor => tf.gather(tensor, ids as never);
  const take = (tensor: Tensor): Tensor => {
    const rows = takeRows(tf, tf.reshape(tensor, [tensor.shape[0]!, -1]), ids);
    return tf.reshape(rows, [ids.shape[0]!, ...tensor.shape.slice(1)]);
  };
  const places = Object.entries(position as Record<string, Tensor | undefined>).map(([name, tensor]) => [
    name,
    tensor && gather(tensor),
  ]);
  return {
    values: take(values),
    pooled: take(pooled),
    valid: gather(valid),
    hidden: gather(hidden),
    present: gather(present),
    position: Object.fromEntries(places),
  };
}
