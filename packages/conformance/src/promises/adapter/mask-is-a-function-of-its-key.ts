import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { hide, policiesOf, withoutMasks } from '../../masks.js';
import { broken, type Promised } from '../../promised.js';

const STEPS = Array.from({ length: 8 }, (_, stepNumber) => ({ stepNumber }));

export const maskIsAFunctionOfItsKey: Promised<Adapter, AdapterBench> = {
  id: 'mask-is-a-function-of-its-key',
  title: 'mask hides the same for one key, and other tokens for another',
  leftOut: withoutMasks,
  check(bench) {
    for (const policy of policiesOf(bench.adapter, 0.5)) {
      const [once, twice] = [0, 1].map(() => STEPS.map((step) => String(hide(bench, policy, step).hidden)));
      if (String(once) !== String(twice))
        broken(`mask "${policy.kind}" hides other tokens for the same key; draw by context.random alone.`);
      if (new Set(once).size === 1)
        broken(`mask "${policy.kind}" hides the same at ${STEPS.length} steps; draw by context.random.`);
    }
  },
};
