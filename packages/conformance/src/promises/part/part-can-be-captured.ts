import type { ModelPart, PartBench } from '../../part-bench.js';
import { recordPart } from '../../part-recording.js';
import { broken, type Promised } from '../../promised.js';
import { firstDifference } from '../../record.js';

export const partCanBeCaptured: Promised<ModelPart, PartBench> = {
  id: 'part-can-be-captured',
  title: 'two batches of one shape run the same operations with the same constants, so that the step can be captured',
  check(bench) {
    const first = recordPart(bench);
    // What differs even for one batch is another promise's: part-draws-by-key.
    if (firstDifference(first, recordPart(bench))) return;
    const difference = firstDifference(first, recordPart(bench, [3, 3, 1, 0]));
    if (difference)
      broken(`For two batches of one shape ${difference}: data was made a constant, or a branch followed it.`);
  },
};
