import { NOBODY } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const resultsAreFinite: Promised<ModelPart, PartBench> = {
  id: 'results-are-finite',
  title: 'its results are finite, also where samples have nothing',
  check(bench) {
    for (const rows of [
      [0, 1, 2, 3],
      [0, NOBODY],
      [NOBODY, NOBODY],
    ]) {
      const results = resultsOf(bench, { rows });
      if (Object.keys(results).length === 0) broken('It gives nothing.');
      for (const [name, each] of Object.entries(results))
        if (!each.flat().every(Number.isFinite))
          broken(
            `"${name}" is not finite${rows.includes(NOBODY) ? ' where samples have no input and no target: divide by at least 1' : ''}.`,
          );
    }
  },
};
