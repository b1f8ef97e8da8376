import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { seenOf, tidied } from '../../seen.js';

export const paddingChangesNothing: Promised<Adapter, AdapterBench> = {
  id: 'padding-changes-nothing',
  title: 'a longer bucket changes no valid token and no pooled vector',
  leftOut({ length, supports }) {
    if (!length) return 'every sample has the same number of tokens';
    return supports.paddingInvariant ? undefined : 'it declares paddingInvariant: false';
  },
  check({ tf, prepared, batch, run, length }) {
    const seen = (tokens: number) => tidied(tf, () => seenOf(run(batch(prepared, tokens)).aligned));
    const [short, long] = [seen(length), seen(length + 3)];
    const at = short.findIndex((row, index) => !(differenceOf(row, long[index]!) <= ROUNDING));
    if (at !== -1)
      broken(
        `Sample ${at} gives something else in a longer bucket: mask padding in attention, and pool valid tokens alone.`,
      );
  },
};
