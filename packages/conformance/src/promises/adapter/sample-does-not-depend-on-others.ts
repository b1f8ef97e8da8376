import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { seenOf, tidied } from '../../seen.js';

export const sampleDoesNotDependOnOthers: Promised<Adapter, AdapterBench> = {
  id: 'sample-does-not-depend-on-others',
  title: 'a batch of one gives what the sample gives in a batch with others and with an absent one',
  leftOut: ({ supports }) => (supports.paddingInvariant ? undefined : 'it declares paddingInvariant: false'),
  check({ tf, prepared, batch, run }) {
    const [first, ...others] = prepared;
    const [alone] = tidied(tf, () => seenOf(run(batch([first])).aligned));
    for (const rows of [
      [first, ...others],
      [first, undefined],
    ]) {
      const [together] = tidied(tf, () => seenOf(run(batch(rows)).aligned));
      if (differenceOf(alone!, together!) > ROUNDING)
        broken(
          'A sample gives other tokens alone than in a batch with others: compute each row by itself, over axes beyond the first.',
        );
    }
  },
};
