import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { seenOf, tidied } from '../../seen.js';

export const orderOfSamplesDoesNotMatter: Promised<Adapter, AdapterBench> = {
  id: 'order-of-samples-does-not-matter',
  title: 'samples in another order give the same, in that order',
  check({ tf, prepared, batch, run }) {
    const seen = (rows: readonly unknown[]) => tidied(tf, () => seenOf(run(batch(rows)).aligned));
    const [forward, backward] = [seen(prepared), seen([...prepared].reverse()).reverse()];
    const at = forward.findIndex((row, index) => !(differenceOf(row, backward[index]!) <= ROUNDING));
    if (at !== -1)
      broken(`Sample ${at} gives something else in a batch of another order: let nothing depend on the row.`);
  },
};
