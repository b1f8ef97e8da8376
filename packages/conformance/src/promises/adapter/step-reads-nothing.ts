import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { recordAdapter } from '../../adapter-recording.js';
import { broken, type Promised } from '../../promised.js';

export const stepReadsNothing: Promised<Adapter, AdapterBench> = {
  id: 'step-reads-nothing',
  title: 'mask, encode and align read no tensor on the host',
  check(bench) {
    const { reads } = recordAdapter(bench, bench.prepared);
    if (reads > 0)
      broken(
        `A step reads a tensor on the host ${reads} times (dataSync, arraySync, data); compute with tensors, or in prepare.`,
      );
  },
};
