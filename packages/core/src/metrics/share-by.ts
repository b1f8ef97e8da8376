import type { Evaluation, Measured } from '@modalkit/contract';
import { labelsOf } from './labels.js';
import { proportion } from './proportion.js';

/** Share of 1 among hits of 0 and 1; NaN is a sample that is not counted. */
export function share(hits: readonly number[]): Measured {
  const known = hits.filter((hit) => !Number.isNaN(hit));
  return proportion(known.filter((hit) => hit === 1).length, known.length);
}

/** The same over all samples as `key`, and of each value of some columns as `key/<value>`. */
export function shareBy(
  evaluation: Evaluation,
  key: string,
  hits: readonly number[],
  columns: readonly string[],
): Record<string, Measured> {
  const groups = columns.flatMap((column) => {
    const { names, ids } = labelsOf(evaluation, column);
    return names.map((name, id) => [`${key}/${name}`, share(hits.filter((_, row) => ids[row] === id))] as const);
  });
  return { [key]: share(hits), ...Object.fromEntries(groups) };
}
