import type { Adapter, HostArrays } from '@modalkit/contract';
import { tensorsOf } from '@modalkit/toolkit/testing';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised } from '../../promised.js';
import { placesIn, seenOf, tidied, withChanged } from '../../seen.js';
import { tokensUnder } from '../../tokens-under.js';

/** Changes that are looked at. */
const ENOUGH = 6;

export const hiddenTokensLeakNothing: Promised<Adapter, AdapterBench> = {
  id: 'hidden-tokens-leak-nothing',
  title: 'what lies under a hidden token changes no output',
  leftOut: ({ supports }) => (supports.showsHidden ? 'it declares showsHidden' : undefined),
  check(bench) {
    const { tf, prepared, collate, run } = bench;
    let looked = 0;
    for (const sample of prepared) {
      const arrays = collate([sample]);
      const seen = (of: HostArrays, hidden: readonly number[]) =>
        tidied(
          tf,
          () => seenOf(run(tensorsOf(tf, of), tf.tensor2d([[...hidden]], [1, hidden.length], 'bool')).aligned)[0]!,
        );
      for (const { name, index } of placesIn(arrays, 24)) {
        const changed = withChanged(arrays, name, index);
        const under = tokensUnder(bench, arrays, changed, { name, index });
        if (!under || looked >= ENOUGH) continue;
        looked += 1;
        if (differenceOf(seen(arrays, under), seen(changed, under)) > ROUNDING)
          broken(
            `An entry of "${name}" that lies under hidden tokens reaches the output: replace hidden tokens before anything is mixed.`,
          );
      }
    }
    if (looked === 0)
      broken(
        'No entry of its arrays lies under a token: what is hidden could not be told. Give `target` what each token holds.',
      );
  },
};
