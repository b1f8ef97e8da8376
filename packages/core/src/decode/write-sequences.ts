import type { DecoderChoice, FusedView } from '@modalkit/contract';
import { hostRandom } from '@modalkit/toolkit';
import type { Model } from '../train/model.js';
import { type Pass, stepContext } from '../train/step-context.js';
import { chooserOf } from './chooser-of.js';
import { generate } from './generate.js';
import type { Hypothesis } from './hypothesis.js';
import { beamScore } from './search-beam.js';

export interface WriteOptions {
  /** The head's own when left out. */
  readonly choice?: DecoderChoice;
  /** Of tokens that are drawn; the project's when left out. */
  readonly seed?: number;
}

/** What a head writes of each sample of a view. @param names key of each sample's random numbers */
export function writeSequences(
  { runtime }: Model,
  pass: Pass,
  view: FusedView,
  head: string,
  names: readonly string[],
  { choice, seed = runtime.seed }: WriteOptions = {},
): readonly Hypothesis[] {
  const decoder = runtime.heads[head]!.decoder!;
  const chosen = choice ?? decoder.choice;
  const penalty = typeof chosen === 'object' && 'beam' in chosen ? (chosen.lengthPenalty ?? 0) : 0;
  return generate(view, stepContext(pass, `heads/${head}`, `heads/${head}`), {
    decoder,
    end: view.vocabularies![decoder.input]!.end,
    choosers: names.map((name) => chooserOf(chosen, decoder.maxTokens, hostRandom(seed, 0, `${head}/${name}`))),
    score: (hypothesis) => beamScore(hypothesis, penalty),
  });
}
