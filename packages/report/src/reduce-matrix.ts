import type { MatrixData } from './run-schemas.js';

/** A matrix with at most `most` rows and columns: the same one, or the means of equal blocks of it. */
export function reduceMatrix(matrix: MatrixData, most: number): MatrixData {
  const rows = blocks(matrix.rows.length, most);
  const columns = blocks(matrix.columns.length, most);
  if (rows.length === matrix.rows.length && columns.length === matrix.columns.length) return matrix;
  return {
    ...matrix,
    rows: rows.map(([from, to]) => nameOf(matrix.rows, from, to)),
    columns: columns.map(([from, to]) => nameOf(matrix.columns, from, to)),
    values: rows.map(([top, bottom]) =>
      columns.map(([left, right]) => mean(matrix.values.slice(top, bottom).flatMap((row) => row.slice(left, right)))),
    ),
  };
}

function blocks(length: number, most: number): [from: number, to: number][] {
  const size = Math.ceil(length / most);
  return Array.from({ length: Math.ceil(length / size) }, (_, index) => [
    index * size,
    Math.min(length, (index + 1) * size),
  ]);
}

function nameOf(names: readonly string[], from: number, to: number): string {
  return to - from === 1 ? names[from]! : `${names[from]} … ${names[to - 1]}`;
}

function mean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
