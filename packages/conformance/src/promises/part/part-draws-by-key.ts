import type { ModelPart, PartBench } from '../../part-bench.js';
import { recordPart } from '../../part-recording.js';
import { broken, type Promised } from '../../promised.js';
import { firstDifference } from '../../record.js';

export const partDrawsByKey: Promised<ModelPart, PartBench> = {
  id: 'part-draws-by-key',
  title: 'it does the same twice for one key: no random number but context.random',
  check(bench) {
    const difference = firstDifference(recordPart(bench), recordPart(bench));
    if (difference)
      broken(`Run twice on one batch with one key, ${difference}; draw by context.random alone, and keep no counter.`);
  },
};
