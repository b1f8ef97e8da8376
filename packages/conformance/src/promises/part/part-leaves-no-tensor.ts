import type { ModelPart, PartBench } from '../../part-bench.js';
import { recordPart } from '../../part-recording.js';
import { broken, type Promised } from '../../promised.js';

export const partLeavesNoTensor: Promised<ModelPart, PartBench> = {
  id: 'part-leaves-no-tensor',
  title: 'it leaves no tensor behind',
  check(bench) {
    recordPart(bench);
    const before = bench.tf.memory().numTensors;
    recordPart(bench);
    const left = bench.tf.memory().numTensors - before;
    if (left > 0) broken(`A step leaves ${left} tensors behind: do not tf.keep, and hold no tensor in the part.`);
  },
};
