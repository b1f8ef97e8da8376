import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const paddingOfInputsChangesNothing: Promised<ModelPart, PartBench> = {
  id: 'padding-of-inputs-changes-nothing',
  title: 'more padding of its inputs changes nothing',
  check(bench) {
    const differs = resultThatDiffers(resultsOf(bench), resultsOf(bench, { tokens: 5 }));
    if (differs) broken(`"${differs}" changes with the padding of inputs: use \`valid\` in attention and in means.`);
  },
};
