import type { Tensor, Tf } from '@modalkit/contract';
import { rowCount, rowsOfBatch } from './rows-of-batch.js';
import type { StepBatch } from './step-batch.js';
import type { TrainOptions } from './train-options.js';

/** How the samples of a step are cut. */
export interface Cut {
  /** Samples that go through the model at once; whole batches when left out. */
  readonly microbatch?: number;
  /** Objectives that compare samples compare those of all batches of the step. */
  readonly together: boolean;
}

/** As the config asks. */
export function cutOf({ microbatch, cachedGradients }: TrainOptions): Cut {
  return { microbatch, together: cachedGradients };
}

/** Samples of a step that go through the model at once. */
export interface Piece {
  /** Pieces of one number are compared with each other. */
  readonly group: number;
  /** @param after scalar int32 0 that is known only when these rows may be read; they are read at once when left out */
  take(tf: Tf, after?: Tensor): StepBatch;
}

/** The batches of a step in pieces, in their order. */
export function piecesOf(batches: readonly StepBatch[], { microbatch, together }: Cut): readonly Piece[] {
  return batches.flatMap((batch, index) => {
    const rows = rowCount(batch);
    const size = Math.min(rows, microbatch ?? rows);
    return Array.from({ length: Math.ceil(rows / size) }, (_, at): Piece => {
      const [from, to] = [at * size, Math.min(rows, (at + 1) * size)];
      const cut = together || size < rows;
      return {
        group: together ? 0 : index,
        take: (tf, after) => (cut ? rowsOfBatch(tf, batch, from, to, after) : batch),
      };
    });
  });
}

/**
 * A scalar int32 0 that is known when all of these tensors are. Rows taken by it are taken one piece after the other, in a captured
 * graph too, which would else compute all pieces at once and hold what each of them needs.
 */
export function zeroAfter(tf: Tf, tensors: readonly Tensor[]): Tensor {
  const firsts = tensors.map((tensor) => tf.reshape(tf.slice(tf.reshape(tensor, [-1]), [0], [1]), []));
  const sum = tf.addN(firsts.map((first) => tf.square(tf.cast(first, 'float32'))));
  return tf.cast(tf.less(sum, 0), 'int32');
}
