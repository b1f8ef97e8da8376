import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { adapterOf } from '../../adapter-bench.js';
import { broken, type Promised, sayOf } from '../../promised.js';
import { providedBy } from '../../provided-by.js';

export const disposeCanBeCalledTwice: Promised<Adapter, AdapterBench> = {
  id: 'dispose-can-be-called-twice',
  title: 'dispose can be called twice, and before anything was done',
  async check({ given: { plugin } }) {
    const provided = providedBy(plugin, 'inputs/tried');
    const adapter = adapterOf(provided);
    for (const time of ['first', 'second'] as const) {
      try {
        await adapter.dispose?.();
        await provided.release();
      } catch (error) {
        broken(
          `dispose fails the ${time} time: ${sayOf(error)}; let it release what is there, and nothing twice.`,
          error,
        );
      }
    }
  },
};
