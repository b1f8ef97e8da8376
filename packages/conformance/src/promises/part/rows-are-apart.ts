import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const rowsAreApart: Promised<ModelPart, PartBench> = {
  id: 'rows-are-apart',
  title: 'a sample gives the same alone and among others',
  leftOut: ({ byRow }) => (byRow ? undefined : 'its results are sums over the batch'),
  check(bench) {
    const together = Object.entries(resultsOf(bench)).map(([name, rows]) => [name, rows.slice(0, 1)] as const);
    const differs = resultThatDiffers(resultsOf(bench, { rows: [0] }), Object.fromEntries(together));
    if (differs) broken(`"${differs}" of a sample depends on the other samples: compute each row by itself.`);
  },
};
