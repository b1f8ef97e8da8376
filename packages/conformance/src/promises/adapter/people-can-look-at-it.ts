import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised, sayOf } from '../../promised.js';

const KINDS = ['words', 'picture', 'sound', 'film', 'series'];

export const peopleCanLookAtIt: Promised<Adapter, AdapterBench> = {
  id: 'people-can-look-at-it',
  title: 'preview shows every sample as one of the kinds that reports draw, as plain JSON',
  leftOut: ({ preview }) => (preview ? undefined : 'it has no preview'),
  async check({ adapter, raw, fitted }) {
    for (const [at, sample] of raw.entries()) {
      const seen = await adapter.preview!(sample, fitted).catch((error) =>
        broken(`preview of sample ${at} fails: ${sayOf(error)}`, error),
      );
      if (!KINDS.includes(seen?.kind)) broken(`preview gives the kind "${seen?.kind}"; there are ${KINDS.join(', ')}.`);
      if (
        JSON.stringify(JSON.parse(JSON.stringify(seen))) !== JSON.stringify(seen) ||
        /:null/.test(JSON.stringify(seen.kind === 'series' ? seen.values : {}))
      )
        broken(`preview of sample ${at} is not plain JSON: use arrays of finite numbers.`);
    }
  },
};
