import type { Fused } from './fusion.js';
import type { Tensor } from './tf.js';
import type { Aligned } from './tokens-of-input.js';

/** One input after align. */
export interface InputView extends Aligned {
  /** `[B]` bool: the sample has this input. */
  readonly present: Tensor;
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
}

/** What objectives see of a batch inside the step. */
export interface ModelView extends FusedView {
  /** By `<head>/<output>`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly targets: Readonly<Record<string, TargetView>>;
}
