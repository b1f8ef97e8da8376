import type { Evaluation } from '@modalkit/contract';

/** Unit vectors of the samples that have both inputs of a pair. */
export interface PairedRows {
  readonly width: number;
  /** Row numbers in the evaluation. */
  readonly samples: readonly number[];
  /** `[samples, width]` row-major. */
  readonly left: Float32Array;
  readonly right: Float32Array;
}

export function pairedRows(evaluation: Evaluation, a: string, b: string): PairedRows {
  const [left, right] = [evaluation.embeddings(a), evaluation.embeddings(b)];
  const samples = [...left.present.keys()].filter((row) => left.present[row] && right.present[row]);
  const { width } = left;
  return { width, samples, left: takeRows(left.rows, width, samples), right: takeRows(right.rows, width, samples) };
}

function takeRows(rows: Float32Array, width: number, samples: readonly number[]): Float32Array {
  const taken = new Float32Array(samples.length * width);
  for (const [index, row] of samples.entries()) taken.set(rows.subarray(row * width, (row + 1) * width), index * width);
  return taken;
}
