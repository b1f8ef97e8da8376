import { deserialize, serialize } from 'node:v8';
import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { arrayThatDiffers } from '../../compare.js';
import { broken, type Promised, sayOf } from '../../promised.js';

export const prepareCrossesThreads: Promised<Adapter, AdapterBench> = {
  id: 'prepare-crosses-threads',
  title:
    'what prepare gives can be cached and sent between threads: serialised and read again, it collates to the same',
  check({ prepared, collate }) {
    let read: unknown[];
    try {
      read = prepared.map((each) => deserialize(serialize(each)));
    } catch (error) {
      broken(`What prepare gives cannot be serialised (${sayOf(error)}); give plain objects and typed arrays.`, error);
    }
    const differs = attempt(() => arrayThatDiffers(collate(read), collate(prepared)));
    if (differs)
      broken(
        `What prepare gives, serialised and read again, collates to another "${differs}"; give plain objects and typed arrays, no classes.`,
      );
  },
};

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    return broken(
      `What prepare gives, serialised and read again, cannot be collated (${sayOf(error)}); give plain objects and typed arrays, no classes.`,
      error,
    );
  }
}
