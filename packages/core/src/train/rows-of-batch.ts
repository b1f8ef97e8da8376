import type { BatchTensors, Tensor, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import { unpack } from './packing.js';
import type { RowRange, StepBatch, StepInput } from './step-batch.js';

/** Rows of a batch, as a batch; packed only where they are all of it. Random numbers are those that the rows have in the whole. */
export function rowsOfBatch(tf: Tf, batch: StepBatch, from: number, to: number): StepBatch {
  const of = rowCount(batch);
  const take = (tensor: Tensor): Tensor => takeRows(tf, tensor, { from, to, of });
  const cut = ({ arrays, rows, present }: StepInput): StepInput => {
    const own = (tensor: Tensor) => {
      if (rows && to - from === of) return tf.clone(tensor);
      return tf.tidy(() => take(rows ? unpack(tf, tensor, { rows, of }) : tensor));
    };
    return {
      arrays: mapValues(arrays as Record<string, Tensor>, own) as unknown as BatchTensors,
      ...(rows && to - from === of && { rows: tf.clone(rows) }),
      present: take(present),
    };
  };
  return {
    inputs: mapValues(batch.inputs, cut),
    targets: mapValues(batch.targets, ({ values, valid }) => ({ values: take(values), valid: take(valid) })),
    key: tf.clone(batch.key),
    rows: { from, to, of },
  };
}

/** Rows that are looked at together where a whole batch would take too much memory. */
const SOME = 16;

/** A batch a few rows at a time. */
export function someRows(
  batch: StepBatch,
): readonly { readonly from: number; readonly to: number; take(tf: Tf): StepBatch }[] {
  const rows = rowCount(batch);
  return Array.from({ length: Math.ceil(rows / SOME) }, (_, index) => {
    const [from, to] = [index * SOME, Math.min(rows, (index + 1) * SOME)];
    return { from, to, take: (tf) => rowsOfBatch(tf, batch, from, to) };
  });
}

/** Samples of a batch. */
export function rowCount({ inputs }: StepBatch): number {
  return Object.values(inputs)[0]!.present.shape[0]!;
}

/** Of a tensor that has one row or several for each sample. */
function takeRows(tf: Tf, tensor: Tensor, { from, to, of }: RowRange): Tensor {
  const items = tensor.shape[0]! / of;
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor, [from * items, ...rest.map(() => 0)], [(to - from) * items, ...rest]);
}
