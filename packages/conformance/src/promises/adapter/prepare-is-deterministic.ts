import { isDeepStrictEqual } from 'node:util';
import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const prepareIsDeterministic: Promised<Adapter, AdapterBench> = {
  id: 'prepare-is-deterministic',
  title: 'prepare gives the same for the same sample, in whatever order samples come',
  async check({ adapter, raw, host, prepared }) {
    for (const [index, sample] of [...raw.entries()].reverse())
      if (!isDeepStrictEqual(await adapter.prepare(structuredClone(sample), host), prepared[index]))
        broken(
          `prepare gave something else for sample ${index} the second time; let it depend on the sample and the state alone.`,
        );
  },
};
