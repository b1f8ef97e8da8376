import type { Figure } from '@modalkit/contract';

/** How often samples of a class (row) were taken for each class (column). */
export function confusionFigure(
  title: string,
  names: readonly string[],
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Figure {
  const values = names.map(() => names.map(() => 0));
  for (let index = 0; index < truth.length; index++) values[truth[index]!]![predicted[index]!]! += 1;
  return { kind: 'matrix', title, rows: names, columns: names, values, rowTitle: 'true', columnTitle: 'predicted' };
}
