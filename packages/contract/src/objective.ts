import type { InitContext, StepContext } from './context.js';
import type { Json } from './json.js';
import type { ModelView } from './model-view.js';
import type { TargetSpec } from './target-spec.js';
import type { Tensor } from './tf.js';

/** One part of the loss. Its mean is `sum / count`; a term with count 0 adds 0. */
export interface Term {
  /** Scalar float32. */
  readonly sum: Tensor;
  /** Scalar float32: how many samples or pairs are in the sum. */
  readonly count: Tensor;
  /** It is measured and no part of the loss. */
  readonly onlyMeasured?: boolean;
}

/** A loss over a batch. Its weights begin with `objectives/<name>/`. */
export interface Objective {
  readonly id: string;
  readonly options: Json;
  /** Factor of its mean in the total. */
  readonly weight: number;
  readonly targets?: Readonly<Record<string, TargetSpec>>;
  /** Inputs whose pooled vectors it reads. */
  readonly inputs?: readonly string[];
  /** Inputs whose hidden tokens it predicts: their adapters need a `target`, the config a policy in `masking`. */
  readonly hidden?: readonly string[];
  /** Heads whose outputs it reads. */
  readonly heads?: readonly string[];
  /** Needs a fusion in the config. */
  readonly needsFusion?: boolean;
  /** True when a sample's loss depends on the other samples (contrastive): accumulation then is not the large batch. */
  readonly acrossBatch: boolean;
  /**
   * Its terms follow from `pooled` and `present` of the inputs and from its own targets alone, so that they can be computed over more
   * samples than go through the model at once (cached gradients).
   */
  readonly fromPooled?: boolean;
  /** `inputs` are the names of all inputs, sorted. */
  init?(context: InitContext, inputs: readonly string[]): void;
  /** Terms by name (`image->text`); core adds `<objective>/`. */
  terms(view: ModelView, context: StepContext): Readonly<Record<string, Term>>;
}
