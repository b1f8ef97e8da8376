import type { Figure, Measured } from '@modalkit/contract';

/** A value of each direction, `retrieval/<a->b>/<name>`, as one matrix: a by row, b by column; empty where there is none. */
export function pairMatrix(
  pairs: readonly (readonly [string, string])[],
  name: string,
  values: Readonly<Record<string, Measured>>,
): Figure {
  const inputs = [...new Set(pairs.flat())].sort();
  return {
    kind: 'matrix',
    title: `Retrieval of every pair: ${name}`,
    rows: inputs,
    columns: inputs,
    values: inputs.map((a) => inputs.map((b) => values[`retrieval/${a}->${b}/${name}`]?.value ?? Number.NaN)),
    rowTitle: 'query',
    columnTitle: 'found',
  };
}
