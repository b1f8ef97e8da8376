import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { recordAdapter } from '../../adapter-recording.js';
import { broken, type Promised } from '../../promised.js';

export const noTensorIsLeft: Promised<Adapter, AdapterBench> = {
  id: 'no-tensor-is-left',
  title: 'mask, encode and align leave no tensor behind',
  check(bench) {
    const { tf, prepared } = bench;
    recordAdapter(bench, prepared);
    const before = tf.memory().numTensors;
    recordAdapter(bench, prepared);
    const left = tf.memory().numTensors - before;
    if (left > 0)
      broken(
        `A step leaves ${left} tensors behind: do not tf.keep, make no tf.variable, and hold no tensor in the adapter.`,
      );
  },
};
