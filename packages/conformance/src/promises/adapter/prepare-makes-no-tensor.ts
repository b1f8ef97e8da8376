import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const prepareMakesNoTensor: Promised<Adapter, AdapterBench> = {
  id: 'prepare-makes-no-tensor',
  title: 'prepare and collate make no tensor: they run in workers that have none',
  async check({ adapter, raw, host, tf, prepared, collate }) {
    const engine = tf.engine() as unknown as Record<'makeTensor' | 'runKernel', () => unknown>;
    const { makeTensor, runKernel } = engine;
    const refuse = (hook: string) => () =>
      broken(`${hook} makes a tensor; give typed arrays, and compute with tensors in encode.`);
    try {
      for (const hook of ['prepare', 'collate'] as const) {
        Object.assign(engine, { makeTensor: refuse(hook), runKernel: refuse(hook) });
        if (hook === 'prepare') for (const sample of raw) await adapter.prepare(sample, host);
        else collate(prepared);
      }
    } finally {
      Object.assign(engine, { makeTensor, runKernel });
    }
  },
};
