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
 * How well each region fits the phrase. From fused tokens the phrase is the mean of its own there. Where the fusion keeps none of the
 * phrase (`cross` whose query is the regions alone) its aligned vector is compared; where it keeps none of the regions (`late`, `cross`
 * whose query is the phrase), the fused vector with the regions' own tokens.
 * @throws ModalkitError COMPOSE when the regions carry no boxes
 */
export function regionScores(tf: Tf, who: string, view: FusedView, query: RegionQuery): RegionScores {
  const [shown, said] = [view.inputs[query.regions]!, view.inputs[query.phrase]!];
  const { box } = shown.position;
  if (!box)
    throw new ModalkitError(
      'COMPOSE',
      `${who}: the tokens of "${query.regions}" carry no boxes; name an input of pictures.`,
    );
  const { tokens, wanted, told } = comparedIn(tf, who, view, query);
  const direction = tf.expandDims(l2Normalise(tf, wanted), 2);
  const scores = tf.matMul(l2Normalise(tf, tokens.values), direction);
  const both = tf.logicalAnd(shown.present, told ?? said.present);
  const valid = tf.logicalAnd(tf.logicalAnd(shown.valid, tokens.valid), tf.expandDims(both, 1));
  return { scores: tf.squeeze(scores, [2]), values: tokens.values, valid, box };
}

/** The regions' tokens and the vector `[B,D]` that each is compared with; `told [B]`: where the fusion was given the phrase. */
function comparedIn(tf: Tf, who: string, view: FusedView, { regions, phrase, from }: RegionQuery) {
  const [shown, said] = [view.inputs[regions]!, view.inputs[phrase]!];
  const { fused } = view;
  if (from === 'input' || !fused) return { tokens: shown, wanted: said.pooled };
  const ofSpan = (input: string) => (fused.spans[input] ? fusedTokens(tf, who, view, input) : undefined);
  const [kept, words] = [ofSpan(regions), ofSpan(phrase)];
  const told = words && tf.any(words.valid, 1);
  if (!kept) return { tokens: shown, wanted: fused.pooled, told };
  return { tokens: kept, wanted: words ? maskedMean(tf, words.values, words.valid) : said.pooled, told };
}
