import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { adapterLoss } from '../../adapter-loss.js';
import { broken, type Promised } from '../../promised.js';
import { tidied } from '../../seen.js';

export const noTensorIsLeft: Promised<Adapter, AdapterBench> = {
  id: 'no-tensor-is-left',
  title: 'mask, encode and align leave no tensor behind',
  check(bench) {
    const { tf, model, adapter, batch, prepared } = bench;
    const loss = adapterLoss(bench);
    const once = () =>
      tidied(tf, () => {
        const { valid, time, box, order } = batch(prepared);
        for (const kind of adapter.supports.masks.slice(0, 1))
          adapter.mask(
            { valid, position: { time, box, order } },
            { kind, ratio: 0.5, span: 2, block: 0.5 } as never,
            model.step,
          );
        loss();
      });
    once();
    const before = tf.memory().numTensors;
    once();
    const left = tf.memory().numTensors - before;
    if (left > 0)
      broken(
        `A step leaves ${left} tensors behind: do not tf.keep, make no tf.variable, and hold no tensor in the adapter.`,
      );
  },
};
