import type { Target } from './adapter.js';
import type { Fused } from './fusion.js';
import type { Tensor } from './tf.js';
import type { Aligned } from './tokens-of-input.js';

/** One input after align. */
export interface InputView extends Aligned {
  /** `[B]` bool: the sample has this input. */
  readonly present: Tensor;
  /** The adapter's `target`, where it has one. */
  readonly scorer?: TokenScorer;
}

/** What tokens of the joint space say of the input's own tokens. */
export interface TokenScorer {
  readonly kind: Target['kind'];
  /** `[B,T,D]` -> logits `[B,T,n]` for classes or `[B,T,w]` for values. */
  score(tokens: Tensor): Tensor;
}

/** The classes that an input's tokens are of. */
export interface TokenClasses {
  readonly classes: number;
  /** Class of the token that begins or ends each of its samples, where there is one. */
  readonly begin?: number;
  readonly end?: number;
}

/** The same with the input's weights at hand. */
export interface Vocabulary extends TokenClasses {
  /** `[B,T]` int32 -> `[B,T,D]`. */
  embed(ids: Tensor): Tensor;
  /** `[B,T,D]` -> logits `[B,T,n]`. */
  score(tokens: Tensor): Tensor;
}

/** A batch of one target. */
export interface TargetView {
  readonly values: Tensor;
  /** `[B]` bool: the sample has this target. */
  readonly valid: Tensor;
}

/** What heads see of a batch inside the step. */
export interface FusedView {
  readonly inputs: Readonly<Record<string, InputView>>;
  /** Undefined when the config has no fusion. */
  readonly fused?: Fused;
  /** Of the inputs that heads write. */
  readonly vocabularies?: Readonly<Record<string, Vocabulary>>;
  /**
   * An input encoded once more with other tokens hidden, for evaluation, where none are.
   * @param hidden of valid tokens `[B,T]` bool, `[B*L,T]` of a list, those to hide
   */
  readonly hide?: (input: string, hidden: (valid: Tensor) => Tensor) => InputView;
}

/** What objectives see of a batch inside the step. */
export interface ModelView extends FusedView {
  /** By `<head>/<output>`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly targets: Readonly<Record<string, TargetView>>;
  /**
   * Fuses these inputs alone, as if the samples had no other, for example rows of the batch in another order; any number of
   * rows. Undefined when the config has no fusion.
   */
  readonly fuse?: (inputs: Readonly<Record<string, InputView>>) => Fused;
}
