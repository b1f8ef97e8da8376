import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { hide, policiesOf, withoutMasks } from '../../masks.js';
import { broken, type Promised } from '../../promised.js';

export const nothingIsHiddenInEvaluation: Promised<Adapter, AdapterBench> = {
  id: 'nothing-is-hidden-in-evaluation',
  title: 'nothing is hidden in evaluation',
  leftOut: withoutMasks,
  check(bench) {
    for (const policy of policiesOf(bench.adapter, 0.9))
      if (hide(bench, policy, { training: false }).hidden.flat().some(Boolean))
        broken(`mask "${policy.kind}" hides tokens in evaluation; return zeros when context.training is false.`);
  },
};
