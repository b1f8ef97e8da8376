import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { hide, policiesOf, withoutMasks } from '../../masks.js';
import { broken, type Promised } from '../../promised.js';

export const maskHidesOnlyValidTokens: Promised<Adapter, AdapterBench> = {
  id: 'mask-hides-only-valid-tokens',
  title: 'mask hides only valid tokens, by every policy that it declares',
  leftOut: withoutMasks,
  check(bench) {
    for (const policy of policiesOf(bench.adapter, 0.9)) {
      const { hidden, valid } = hide(bench, policy);
      if (hidden.length !== valid.length || hidden[0]!.length !== valid[0]!.length)
        broken(
          `mask "${policy.kind}" gives [${hidden.length},${hidden[0]?.length}]; it must have the shape of \`valid\`.`,
        );
      if (hidden.some((row, at) => row.some((flag, token) => flag && !valid[at]![token])))
        broken(`mask "${policy.kind}" hides tokens that are not valid; end with tf.logicalAnd(layout.valid, …).`);
    }
  },
};
