import type { Figure } from '@modalkit/contract';
import type { Labels } from './labels.js';
import type { PairedRows } from './paired-rows.js';

/**
 * Mean cosine between a's samples of one class (row) and b's of another (column): the product of the classes' mean
 * vectors.
 */
export function classSimilarity(a: string, b: string, target: string, paired: PairedRows, labels: Labels): Figure {
  const left = classMeans(paired.left, paired.width, labels);
  const right = classMeans(paired.right, paired.width, labels);
  const values = left.map((x) => right.map((y) => x.reduce((sum, value, index) => sum + value * y[index]!, 0)));
  const title = `Mean cosine between ${a} and ${b} by ${target}`;
  return { kind: 'matrix', title, rows: labels.names, columns: labels.names, values, rowTitle: a, columnTitle: b };
}

function classMeans(rows: Float32Array, width: number, { names, ids }: Labels): Float64Array[] {
  const means = names.map(() => new Float64Array(width));
  const counts = names.map(() => 0);
  ids.forEach((id, row) => {
    if (id < 0) return;
    counts[id]! += 1;
    for (let column = 0; column < width; column++) means[id]![column]! += rows[row * width + column]!;
  });
  return means.map((mean, id) => mean.map((value) => value / Math.max(1, counts[id]!)));
}
