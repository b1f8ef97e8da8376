import { differenceOf, numbersOf, ROUNDING } from './compare.js';
import type { BatchOptions } from './made-batch.js';
import type { PartBench } from './part-bench.js';
import { rowsOf, tidied } from './seen.js';

/** Results by name: a list of numbers for each row, or one list where they are sums over the batch. */
export type Results = Readonly<Record<string, readonly (readonly number[])[]>>;

/** What the part makes of a made-up batch. */
export function resultsOf({ part, tf, batch, run }: PartBench, options: BatchOptions = {}): Results {
  return tidied(tf, () =>
    Object.fromEntries(
      Object.entries(run(batch(options))).map(([name, x]) => [name, part.byRow ? rowsOf(x) : [numbersOf(x)]]),
    ),
  );
}

/** The name of the first result in which two differ. A longer row is compared as far as the shorter goes. */
export function resultThatDiffers(one: Results, other: Results): string | undefined {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.find((name) => {
    const [rows, others] = [one[name], other[name]];
    if (rows?.length !== others?.length) return true;
    return rows!.some((row, at) => !(differenceOf(row, others![at]!.slice(0, row.length)) <= ROUNDING));
  });
}
