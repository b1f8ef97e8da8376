import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../adapter-bench.js';
import type { Promised } from '../promised.js';
import { absentRowIsEmpty } from './adapter/absent-row-is-empty.js';
import { absentSamplePoolsToZeros } from './adapter/absent-sample-pools-to-zeros.js';
import { alignKeepsOrder } from './adapter/align-keeps-order.js';
import { alignKeepsTokens } from './adapter/align-keeps-tokens.js';
import { augmentIsKeyed } from './adapter/augment-is-keyed.js';
import { budgetsAreHeld } from './adapter/budgets-are-held.js';
import { collateFillsTheBucket } from './adapter/collate-fills-the-bucket.js';
import { decodedIsASampleAgain } from './adapter/decoded-is-a-sample-again.js';
import { disposeCanBeCalledTwice } from './adapter/dispose-can-be-called-twice.js';
import { encodeCanBeCaptured } from './adapter/encode-can-be-captured.js';
import { encodeGivesTokens } from './adapter/encode-gives-tokens.js';
import { everyWeightGetsAGradient } from './adapter/every-weight-gets-a-gradient.js';
import { fitIsPlain } from './adapter/fit-is-plain.js';
import { gradientsAreRight } from './adapter/gradients-are-right.js';
import { hiddenTokensLeakNothing } from './adapter/hidden-tokens-leak-nothing.js';
import { invalidTokensCarryNothing } from './adapter/invalid-tokens-carry-nothing.js';
import { lengthIsTheTokens } from './adapter/length-is-the-tokens.js';
import { maskHidesOnlyValidTokens } from './adapter/mask-hides-only-valid-tokens.js';
import { maskHidesTheShareAskedFor } from './adapter/mask-hides-the-share-asked-for.js';
import { maskIsAFunctionOfItsKey } from './adapter/mask-is-a-function-of-its-key.js';
import { noTensorIsLeft } from './adapter/no-tensor-is-left.js';
import { nothingIsHiddenInEvaluation } from './adapter/nothing-is-hidden-in-evaluation.js';
import { onlyNamedFilesAreRead } from './adapter/only-named-files-are-read.js';
import { orderOfSamplesDoesNotMatter } from './adapter/order-of-samples-does-not-matter.js';
import { paddingChangesNothing } from './adapter/padding-changes-nothing.js';
import { peopleCanLookAtIt } from './adapter/people-can-look-at-it.js';
import { positionsAreInOrder } from './adapter/positions-are-in-order.js';
import { prepareChangesNothing } from './adapter/prepare-changes-nothing.js';
import { prepareCrossesThreads } from './adapter/prepare-crosses-threads.js';
import { prepareIsDeterministic } from './adapter/prepare-is-deterministic.js';
import { prepareMakesNoTensor } from './adapter/prepare-makes-no-tensor.js';
import { prepareRunsInAWorker } from './adapter/prepare-runs-in-a-worker.js';
import { randomNumbersAreKeyed } from './adapter/random-numbers-are-keyed.js';
import { sampleDoesNotDependOnOthers } from './adapter/sample-does-not-depend-on-others.js';
import { statesWhatItIs } from './adapter/states-what-it-is.js';
import { stepReadsNothing } from './adapter/step-reads-nothing.js';
import { streamingEqualsOffline } from './adapter/streaming-equals-offline.js';
import { targetScoresTokens } from './adapter/target-scores-tokens.js';
import { visibleTokensAreSeen } from './adapter/visible-tokens-are-seen.js';
import { weightsAloneAreTheModel } from './adapter/weights-alone-are-the-model.js';
import { weightsAreDeclaredAlike } from './adapter/weights-are-declared-alike.js';
import { whatIsNoSampleIsRefused } from './adapter/what-is-no-sample-is-refused.js';
import { optionsArePlain } from './part/options-are-plain.js';
import { optionsAreRefusedByName } from './part/options-are-refused-by-name.js';

/** What every adapter promises, in the order of a sample's way. */
export const adapterPromises: readonly Promised<Adapter, AdapterBench>[] = [
  statesWhatItIs,
  optionsArePlain,
  optionsAreRefusedByName,
  whatIsNoSampleIsRefused,
  fitIsPlain,
  prepareIsDeterministic,
  prepareChangesNothing,
  prepareMakesNoTensor,
  prepareCrossesThreads,
  prepareRunsInAWorker,
  onlyNamedFilesAreRead,
  augmentIsKeyed,
  collateFillsTheBucket,
  lengthIsTheTokens,
  absentRowIsEmpty,
  positionsAreInOrder,
  weightsAreDeclaredAlike,
  maskHidesOnlyValidTokens,
  maskIsAFunctionOfItsKey,
  maskHidesTheShareAskedFor,
  nothingIsHiddenInEvaluation,
  encodeGivesTokens,
  visibleTokensAreSeen,
  hiddenTokensLeakNothing,
  invalidTokensCarryNothing,
  paddingChangesNothing,
  sampleDoesNotDependOnOthers,
  orderOfSamplesDoesNotMatter,
  alignKeepsTokens,
  alignKeepsOrder,
  absentSamplePoolsToZeros,
  targetScoresTokens,
  gradientsAreRight,
  everyWeightGetsAGradient,
  weightsAloneAreTheModel,
  noTensorIsLeft,
  stepReadsNothing,
  randomNumbersAreKeyed,
  encodeCanBeCaptured,
  streamingEqualsOffline,
  decodedIsASampleAgain,
  peopleCanLookAtIt,
  disposeCanBeCalledTwice,
  budgetsAreHeld,
];
