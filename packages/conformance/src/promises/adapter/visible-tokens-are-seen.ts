import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { seenOf, tidied } from '../../seen.js';

export const visibleTokensAreSeen: Promised<Adapter, AdapterBench> = {
  id: 'visible-tokens-are-seen',
  title: 'different samples give different pooled vectors',
  check({ tf, prepared, batch, run }) {
    const pooled = tidied(tf, () => seenOf(run(batch(prepared)).aligned).map((row) => row.slice(-8)));
    for (const [at, row] of pooled.entries())
      if (pooled.slice(0, at).some((other) => differenceOf(row, other) <= ROUNDING))
        broken(
          `Sample ${at} and one before it give the same pooled vector: encode does not see what they hold, or they are equal.`,
        );
  },
};
