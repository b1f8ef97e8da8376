import type { InitContext, StepContext } from './context.js';
import type { Decoder } from './decoder.js';
import type { Json } from './json.js';
import type { FusedView, TokenClasses } from './model-view.js';
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
  /** It writes an input's tokens. Where the batch has that input, `predict` is taught by it. */
  readonly decoder?: Decoder;
  /** `classes` are those of each input whose target is of that kind. */
  init(context: InitContext, classes: Readonly<Record<string, TokenClasses>>): void;
  /** Output names without the head's own; core adds `<head>/`. */
  predict(view: FusedView, context: StepContext): Readonly<Record<string, Tensor>>;
}
