import { isDeepStrictEqual } from 'node:util';
import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { prepareInWorker } from '../../prepare-in-worker.js';
import { broken, type Promised, sayOf } from '../../promised.js';

export const prepareRunsInAWorker: Promised<Adapter, AdapterBench> = {
  id: 'prepare-runs-in-a-worker',
  title: 'prepare gives the same in a worker thread',
  leftOut: (_, { worker }) => (worker ? undefined : 'no built module is given as `worker`'),
  async check({ given, raw, prepared, host }) {
    const inWorker = await prepareInWorker(given, raw, host.state).catch((error) =>
      broken(`prepare fails in a worker thread: ${sayOf(error)}`, error),
    );
    const index = inWorker.findIndex((each, at) => !isDeepStrictEqual(each, structuredClone(prepared[at])));
    if (index !== -1)
      broken(`prepare gives something else for sample ${index} in a worker thread; let nothing depend on the thread.`);
  },
};
