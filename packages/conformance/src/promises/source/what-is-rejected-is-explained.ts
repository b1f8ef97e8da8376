import type { DataSource } from '@modalkit/contract';
import { broken, type Promised } from '../../promised.js';
import type { SourceBench } from '../../source-bench.js';

export const whatIsRejectedIsExplained: Promised<DataSource, SourceBench> = {
  id: 'what-is-rejected-is-explained',
  title: 'what is rejected has an id, a code and a reason, and is not among the samples',
  check({ dataset: { samples, rejected } }) {
    const ids = new Set(samples.map(({ id }) => id));
    for (const { id, code, reason } of rejected) {
      if (!id || !code || !reason)
        broken(`A rejected line has id "${id}", code "${code}" and reason "${reason}"; say all three.`);
      if (ids.has(id)) broken(`"${id}" is both a sample and rejected.`);
    }
  },
};
