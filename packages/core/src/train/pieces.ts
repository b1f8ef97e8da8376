import type { Tf } from '@modalkit/contract';
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
  take(tf: Tf): StepBatch;
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
        take: (tf) => (cut ? rowsOfBatch(tf, batch, from, to) : batch),
      };
    });
  });
}
