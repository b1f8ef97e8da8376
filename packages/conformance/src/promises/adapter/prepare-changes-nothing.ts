import { isDeepStrictEqual } from 'node:util';
import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const prepareChangesNothing: Promised<Adapter, AdapterBench> = {
  id: 'prepare-changes-nothing',
  title: 'prepare leaves its sample and the state as they were',
  async check({ adapter, raw, host }) {
    const [samples, state] = [structuredClone(raw), structuredClone(host.state)];
    const context = { ...host, state: structuredClone(host.state) };
    for (const [index, sample] of structuredClone(raw).entries()) {
      await adapter.prepare(sample, context);
      if (!isDeepStrictEqual(sample, samples[index])) broken(`prepare changes sample ${index}; work on a copy.`);
    }
    if (!isDeepStrictEqual(context.state, state)) broken('prepare changes the state; only fit makes it.');
  },
};
