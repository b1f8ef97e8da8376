import type { ModelPart, PartBench } from '../../part-bench.js';
import { recordPart } from '../../part-recording.js';
import { broken, type Promised } from '../../promised.js';

export const partReadsNothing: Promised<ModelPart, PartBench> = {
  id: 'part-reads-nothing',
  title: 'it reads no tensor on the host',
  check(bench) {
    const { reads } = recordPart(bench);
    if (reads > 0)
      broken(`It reads a tensor on the host ${reads} times (dataSync, arraySync, data); compute with tensors.`);
  },
};
