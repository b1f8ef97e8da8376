import { ROWS } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const orderOfRowsDoesNotMatter: Promised<ModelPart, PartBench> = {
  id: 'order-of-rows-does-not-matter',
  title: 'samples in another order give the same, in that order',
  check(bench) {
    const backward = Object.entries(resultsOf(bench, { rows: [...ROWS].reverse() })).map(
      ([name, rows]) => [name, [...rows].reverse()] as const,
    );
    const differs = resultThatDiffers(resultsOf(bench), Object.fromEntries(backward));
    if (differs) broken(`"${differs}" is another when samples come in another order: let nothing depend on the row.`);
  },
};
