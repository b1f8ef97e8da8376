import type { InputSizes } from './batch-plan.js';

/** Rows are packed to a multiple of this, so that a few samples more make no other shape. */
const MULTIPLE = 4;
/** An input that this share of a batch's samples has is not packed: leaving the others out would not pay for putting them back. */
const MOST = 7 / 8;

/**
 * Samples of a batch that go through each input's adapter: the most that have it in any of these batches, `spare` more and up to a
 * multiple of 4. An input that nearly all samples have is left out of the result.
 */
export function packedRows(
  batches: readonly (readonly number[])[],
  sizes: Readonly<Record<string, InputSizes>>,
  spare: number,
): Readonly<Record<string, number>> {
  const counts = Object.entries(sizes).map(([input, size]): [string, number] => {
    const most = batches.reduce((top, rows) => Math.max(top, countHaving(rows, size)), 0);
    return [input, MULTIPLE * Math.ceil(Math.max(1, most + spare) / MULTIPLE)];
  });
  const batch = batches[0]!.length;
  return Object.fromEntries(counts.filter(([, count]) => count <= MOST * batch));
}

/** How many rows' samples have an input. */
export function countHaving(rows: readonly number[], { items }: InputSizes): number {
  return rows.reduce((count, row) => count + Number(row >= 0 && items[row]! > 0), 0);
}

/** The rows that have an input and, up to `most`, the first of those that lack it; all of them where more than `most` have it. In their order. */
export function chooseRows(present: readonly boolean[], most: number): readonly number[] {
  let spare = most - present.filter(Boolean).length;
  const chosen = spare < 0 ? present.map(() => true) : present.map((has) => has || spare-- > 0);
  return [...present.keys()].filter((row) => chosen[row]);
}
