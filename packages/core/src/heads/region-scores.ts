import { type FusedView, ModalkitError, type Tensor, type Tf } from '@modalkit/contract';
import { l2Normalise, maskedMean } from '@modalkit/toolkit';
import { fusedTokens } from './fused-tokens.js';

/** Whose tokens are looked at for whose phrase. */
export interface RegionQuery {
  /** Input whose tokens are the regions: they carry boxes. */
  readonly regions: string;
  /** Input that says what is looked for. */
  readonly phrase: string;
  /** The inputs' own tokens, or those that have met each other. */
  readonly from: 'input' | 'fused';
}

export interface RegionScores {
  /** `[B,T]`: cosine of each region and the phrase. */
  readonly scores: Tensor;
  /** `[B,T,D]`: the regions' tokens. */
  readonly values: Tensor;
  /** `[B,T]` bool: regions of samples that have both inputs. */
  readonly valid: Tensor;
  /** `[B,T,4]`: where each region is. */
  readonly box: Tensor;
}

/**
 * How well each region fits the phrase. From fused tokens the phrase is the mean of its own there, or its aligned vector where
 * the fusion keeps none of it (`cross` whose query is the regions alone).
 * @throws ModalkitError COMPOSE when the regions carry no boxes, or the fusion keeps none of them
 */
export function regionScores(
  tf: Tf,
  who: string,
  view: FusedView,
  { regions, phrase, from }: RegionQuery,
): RegionScores {
  const [shown, said] = [view.inputs[regions]!, view.inputs[phrase]!];
  const { box } = shown.position;
  if (!box)
    throw new ModalkitError('COMPOSE', `${who}: the tokens of "${regions}" carry no boxes; name an input of pictures.`);
  const fused = from === 'fused';
  const tokens = fused ? fusedTokens(tf, who, view, regions) : shown;
  const words = fused && view.fused?.spans[phrase] ? fusedTokens(tf, who, view, phrase) : undefined;
  const wanted = words ? maskedMean(tf, words.values, words.valid) : said.pooled;
  const direction = tf.expandDims(l2Normalise(tf, wanted), 2);
  const scores = tf.matMul(l2Normalise(tf, tokens.values), direction);
  const both = tf.logicalAnd(shown.present, words ? tf.any(words.valid, 1) : said.present);
  const valid = tf.logicalAnd(tf.logicalAnd(shown.valid, tokens.valid), tf.expandDims(both, 1));
  return { scores: tf.squeeze(scores, [2]), values: tokens.values, valid, box };
}
