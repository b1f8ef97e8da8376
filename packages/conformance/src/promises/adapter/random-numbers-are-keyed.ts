import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { recordAdapter } from '../../adapter-recording.js';
import { broken, type Promised } from '../../promised.js';
import { firstDifference } from '../../record.js';

export const randomNumbersAreKeyed: Promised<Adapter, AdapterBench> = {
  id: 'random-numbers-are-keyed',
  title: 'a step does the same twice for one key: no random number but context.random',
  check(bench) {
    const [one, two] = [0, 1].map(() => recordAdapter(bench, bench.prepared));
    const difference = firstDifference(one!, two!);
    if (difference)
      broken(`Run twice on one batch with one key, ${difference}; draw by context.random alone, and keep no counter.`);
  },
};
