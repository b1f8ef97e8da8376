import type { InitContext, StepContext } from './context.js';
import type { Json } from './json.js';
import type { FusedView } from './model-view.js';
import type { TargetSpec } from './target-spec.js';
import type { Tensor } from './tf.js';

/** Predicts named outputs from fused or aligned tokens. Its weights begin with `heads/<name>/`. */
export interface Head {
  readonly id: string;
  readonly options: Json;
  readonly targets?: Readonly<Record<string, TargetSpec>>;
  /** Needs a fusion in the config. */
  readonly needsFusion: boolean;
  /** Inputs it reads by name. */
  readonly inputs?: readonly string[];
  init(context: InitContext): void;
  /** Output names without the head's own; core adds `<head>/`. */
  predict(view: FusedView, context: StepContext): Readonly<Record<string, Tensor>>;
}
