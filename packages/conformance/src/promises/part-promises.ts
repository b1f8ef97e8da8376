import type { DataSource } from '@modalkit/contract';
import type { ModelPart, PartBench } from '../part-bench.js';
import type { Promised } from '../promised.js';
import type { SourceBench } from '../source-bench.js';
import { everyInputIsHeard } from './fusion/every-input-is-heard.js';
import { fusedIsASequence } from './fusion/fused-is-a-sequence.js';
import { outputsHaveARowASample } from './head/outputs-have-a-row-a-sample.js';
import { whatItMeasuresIsKept } from './head/what-it-measures-is-kept.js';
import { nothingCountedAddsNothing } from './objective/nothing-counted-adds-nothing.js';
import { readsPooledAlone } from './objective/reads-pooled-alone.js';
import { termsAreScalars } from './objective/terms-are-scalars.js';
import { everyWeightOfThePartLearns } from './part/every-weight-of-the-part-learns.js';
import { gradientsOfThePartAreRight } from './part/gradients-of-the-part-are-right.js';
import { invalidTokensChangeNothing } from './part/invalid-tokens-change-nothing.js';
import { optionsArePlain } from './part/options-are-plain.js';
import { optionsAreRefusedByName } from './part/options-are-refused-by-name.js';
import { orderOfRowsDoesNotMatter } from './part/order-of-rows-does-not-matter.js';
import { paddingOfInputsChangesNothing } from './part/padding-of-inputs-changes-nothing.js';
import { partCanBeCaptured } from './part/part-can-be-captured.js';
import { partDrawsByKey } from './part/part-draws-by-key.js';
import { partLeavesNoTensor } from './part/part-leaves-no-tensor.js';
import { partReadsNothing } from './part/part-reads-nothing.js';
import { resultsAreFinite } from './part/results-are-finite.js';
import { rowsAreApart } from './part/rows-are-apart.js';
import { targetsAreCollated } from './part/targets-are-collated.js';
import { loadingIsRepeatable } from './source/loading-is-repeatable.js';
import { samplesAreAsListed } from './source/samples-are-as-listed.js';
import { samplesArePlain } from './source/samples-are-plain.js';
import { whatIsRejectedIsExplained } from './source/what-is-rejected-is-explained.js';

/** What fusions, heads and objectives have in common. */
const common: readonly Promised<ModelPart, PartBench>[] = [
  optionsArePlain,
  optionsAreRefusedByName,
  targetsAreCollated,
  resultsAreFinite,
  paddingOfInputsChangesNothing,
  invalidTokensChangeNothing,
  orderOfRowsDoesNotMatter,
  rowsAreApart,
  gradientsOfThePartAreRight,
  everyWeightOfThePartLearns,
  partLeavesNoTensor,
  partReadsNothing,
  partDrawsByKey,
  partCanBeCaptured,
];

/** What fusions, heads and objectives promise. */
export const partPromises: Readonly<Record<ModelPart['kind'], readonly Promised<ModelPart, PartBench>[]>> = {
  fusion: [...common, fusedIsASequence, everyInputIsHeard],
  head: [...common, outputsHaveARowASample, whatItMeasuresIsKept],
  objective: [...common, termsAreScalars, nothingCountedAddsNothing, readsPooledAlone],
};

/** What data sources promise. */
export const sourcePromises: readonly Promised<DataSource, SourceBench>[] = [
  optionsArePlain,
  optionsAreRefusedByName,
  loadingIsRepeatable,
  samplesAreAsListed,
  samplesArePlain,
  whatIsRejectedIsExplained,
];
