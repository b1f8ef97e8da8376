import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';
import { rowsOf, tidied } from '../../seen.js';

export const absentSamplePoolsToZeros: Promised<Adapter, AdapterBench> = {
  id: 'absent-sample-pools-to-zeros',
  title: 'the pooled vector of an absent sample is zeros',
  check({ tf, prepared, batch, run }) {
    const pooled = tidied(tf, () => rowsOf(run(batch([prepared[0], undefined])).aligned.pooled)[1]!);
    if (pooled.some((value) => value !== 0))
      broken(
        `The pooled vector of an absent sample is [${pooled.slice(0, 3)} …]; pool valid tokens alone, as maskedMean does.`,
      );
  },
};
