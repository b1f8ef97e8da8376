import type { MatrixData } from './run-schemas.js';

/** A matrix with at most `most` rows and columns: the same one, or the means of equal blocks of it, each named by its first. */
export function reduceMatrix(matrix: MatrixData, most: number): MatrixData {
  const rows = blocks(matrix.rows.length, most);
  const columns = blocks(matrix.columns.length, most);
  if (rows.length === matrix.rows.length && columns.length === matrix.columns.length) return matrix;
  return {
    ...matrix,
    rows: rows.map(([from]) => matrix.rows[from]!),
    columns: columns.map(([from]) => matrix.columns[from]!),
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

function mean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
