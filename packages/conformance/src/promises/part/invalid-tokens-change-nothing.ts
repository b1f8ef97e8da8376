import type { ModelPart, PartBench } from '../../part-bench.js';
import { resultsOf, resultThatDiffers } from '../../part-results.js';
import { broken, type Promised } from '../../promised.js';

export const invalidTokensChangeNothing: Promised<ModelPart, PartBench> = {
  id: 'invalid-tokens-change-nothing',
  title: 'what lies under invalid tokens of its inputs changes nothing',
  check(bench) {
    const differs = resultThatDiffers(resultsOf(bench), resultsOf(bench, { garbage: 9 }));
    if (differs)
      broken(
        `"${differs}" changes with what lies under invalid tokens: take them out by \`valid\`, as zeroInvalid does.`,
      );
  },
};
