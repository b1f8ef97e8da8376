import { NOBODY, ROWS } from '../../made-batch.js';
import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const nothingCountedAddsNothing: Promised<ModelPart, PartBench> = {
  id: 'nothing-counted-adds-nothing',
  title: 'a term with count 0 adds 0, and a sample that has nothing changes no term',
  check(bench) {
    const empty = resultsOf(bench, { rows: [NOBODY, NOBODY] });
    for (const [name, [[value]]] of Object.entries(empty) as [string, [[number]]][])
      if (name.endsWith('/count') && value === 0 && empty[name.replace(/count$/, 'sum')]![0]![0] !== 0)
        broken(
          `The term "${name.slice(0, -6)}" has count 0 and the sum ${empty[name.replace(/count$/, 'sum')]![0]![0]}; multiply by what is counted.`,
        );
    const differs = resultThatDiffers(resultsOf(bench), resultsOf(bench, { rows: [...ROWS, NOBODY] }));
    if (differs)
      broken(`"${differs}" changes with a sample that has no input and no target: multiply by what is valid.`);
  },
};
