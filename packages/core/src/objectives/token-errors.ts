import { type InputView, ModalkitError, type Tensor, type Tf, type TokenScorer } from '@modalkit/contract';

/** Under the root of the variance (MAE, He et al. 2022). */
const LEAST_VARIANCE = 1e-6;

/** Who asks for a token's error, and how. */
export interface TokenErrorOptions {
  /** Plugin, for errors. */
  readonly who: string;
  readonly input: string;
  /** Values: each token's target is standardised by its own mean and deviation. */
  readonly normalise: boolean;
}

/** What says how well an input's tokens are predicted. @throws ModalkitError COMPOSE for one without a target */
export function targetsOf(view: InputView, who: string, input: string): { scorer: TokenScorer; target: Tensor } {
  const { scorer, target } = view;
  if (scorer && target) return { scorer, target };
  throw new ModalkitError(
    'COMPOSE',
    `${who}: the tokens of "${input}" carry no target; name an input whose adapter has one.`,
  );
}

/**
 * How wrong each token is, `[B,T]`: of classes -ln softmax(score)_y; of values mean_k (score_k - t_k)^2 over the token's w, with
 * `normalise` t = (v - mean v) / sqrt(var v + 1e-6), the variance over w - 1.
 * @param scores `[B,T,n]` or `[B,T,w]`
 */
export function tokenErrors(
  tf: Tf,
  kind: TokenScorer['kind'],
  scores: Tensor,
  target: Tensor,
  options: TokenErrorOptions,
): Tensor {
  if (kind === 'classes') return surprise(tf, scores, target);
  return tf.mean(tf.square(tf.sub(scores, options.normalise ? standardised(tf, target, options) : target)), 2);
}

/** -ln p of each token's class, `[B,T]`. */
function surprise(tf: Tf, logits: Tensor, classes: Tensor): Tensor {
  const own = tf.oneHot(classes as never, logits.shape[2]!, 1, 0, 'float32');
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), own), 2));
}

function standardised(tf: Tf, values: Tensor, { who, input }: TokenErrorOptions): Tensor {
  const width = values.shape[2]!;
  if (width < 2)
    throw new ModalkitError(
      'COMPOSE',
      `${who}: each token of "${input}" is one value, which is nothing by its own mean; set \`normalise: false\`.`,
    );
  const centred = tf.sub(values, tf.mean(values, 2, true));
  const variance = tf.div(tf.sum(tf.square(centred), 2, true), width - 1);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, LEAST_VARIANCE)));
}
