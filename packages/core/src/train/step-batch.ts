import type { BatchTensors, HostArray, TargetView, Tensor, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import type { HostBatch } from '../data/host-batch.js';

/** One input of a batch as tensors. */
export interface StepInput {
  /** Of `[B*L, …]`, or of `[N*L, …]` where it is packed. */
  readonly arrays: BatchTensors;
  /** `[N]` int32: which samples `arrays` holds, where some that lack this input are left out. */
  readonly rows?: Tensor;
  /** `[B]` bool. */
  readonly present: Tensor;
}

/** All that a step reads of the data. */
export interface StepBatch {
  readonly inputs: Readonly<Record<string, StepInput>>;
  readonly targets: Readonly<Record<string, TargetView>>;
  /** `[2]` int32: seed and draw. */
  readonly key: Tensor;
  /** Which rows of a larger batch these are, where they were cut out of one. */
  readonly rows?: RowRange;
}

/** Rows `from` to `to`, which is not among them, of a batch of `of`. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/** Copies a batch to the backend. The caller disposes it. */
export function stepBatch(tf: Tf, batch: HostBatch, seed: number, draw: number): StepBatch {
  return {
    inputs: mapValues(batch.inputs, ({ arrays, rows, present }) => ({
      arrays: mapValues(arrays as Record<string, HostArray>, (array) => toTensor(tf, array)) as unknown as BatchTensors,
      ...(rows && { rows: toTensor(tf, rows) }),
      present: toTensor(tf, present),
    })),
    targets: mapValues(batch.targets, ({ values, valid }) => ({
      values: toTensor(tf, values),
      valid: toTensor(tf, valid),
    })),
    key: tf.tensor1d([seed | 0, draw | 0], 'int32'),
  };
}

/** A host array as a tensor of its dtype. */
export function toTensor(tf: Tf, { data, shape, dtype }: HostArray): Tensor {
  return tf.tensor(data as Float32Array, [...shape], dtype);
}
