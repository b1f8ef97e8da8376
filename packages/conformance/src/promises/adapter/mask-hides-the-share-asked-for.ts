import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { hide, policiesOf, withoutMasks } from '../../masks.js';
import { broken, type Promised } from '../../promised.js';

const STEPS = 24;

export const maskHidesTheShareAskedFor: Promised<Adapter, AdapterBench> = {
  id: 'mask-hides-the-share-asked-for',
  title: 'mask hides about the share of valid tokens that is asked for, and none when that is 0',
  leftOut: withoutMasks,
  check(bench) {
    for (const ratio of [0, 0.5]) {
      for (const policy of policiesOf(bench.adapter, ratio)) {
        const seen = Array.from({ length: STEPS }, (_, stepNumber) => hide(bench, policy, { stepNumber }));
        const real = seen.flatMap(({ hidden, valid }) => hidden.flat().filter((_, at) => valid.flat()[at]));
        const share = real.filter(Boolean).length / real.length;
        if (Math.abs(share - ratio) > (ratio === 0 ? 0 : 0.25))
          broken(
            `mask "${policy.kind}" asked for a share of ${ratio} hides ${share.toFixed(2)} of the valid tokens over ${STEPS} steps.`,
          );
      }
    }
  },
};
