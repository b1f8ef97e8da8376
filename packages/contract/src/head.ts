import type { InitContext, StepContext } from './context.js';
import type { Decoder } from './decoder.js';
import type { Json } from './json.js';
import type { FusedView, TokenClasses } from './model-view.js';
import type { Sample } from './sample.js';
import type { TargetSpec } from './target-spec.js';
import type { Tensor } from './tf.js';

/** A look at samples with the trained weights, outside of the step, that gives a head values no gradient finds. */
export interface HeadFit {
  /** Once, before the first step; before each evaluation when left out. */
  readonly when?: 'start';
  /** Held-out split that is looked at; the training split when left out. */
  readonly split?: string;
  /** Most samples, from all over the split. */
  readonly samples: number;
  /** Output of the head that is read of each. */
  readonly output: string;
  /** Called before the first step. @param who what errors begin with @throws ModalkitError DATA when these samples won't do */
  check?(samples: readonly Sample[], who: string): void;
  /**
   * @param rows `[samples, width]` row-major: that output
   * @returns new values of the head's weights that are not trainable, by name
   */
  measure(
    rows: Float32Array,
    width: number,
    samples: readonly Sample[],
    who: string,
  ): Readonly<Record<string, Float32Array>>;
}

/** Predicts named outputs from fused or aligned tokens. Its weights begin with `heads/<name>/`. */
export interface Head {
  readonly id: string;
  readonly options: Json;
  readonly targets?: Readonly<Record<string, TargetSpec>>;
  /** Needs a fusion in the config. */
  readonly needsFusion: boolean;
  /** Inputs it reads by name. */
  readonly inputs?: readonly string[];
  /** One of its inputs is enough, the others may be absent; the fusion joins them all. */
  readonly anyInput?: boolean;
  /** It writes an input's tokens. Where the batch has that input, `predict` is taught by it. */
  readonly decoder?: Decoder;
  /**
   * What it learns after training and before each evaluation, one after the other. Then nothing is learnt from its targets in the
   * step: they may never vary.
   */
  readonly fits?: readonly HeadFit[];
  /**
   * Declares its weights.
   * @param classes of each input whose target is of classes
   * @param widths numbers of a token's target, of each input whose target is of values
   */
  init(
    context: InitContext,
    classes: Readonly<Record<string, TokenClasses>>,
    widths?: Readonly<Record<string, number>>,
  ): void;
  /** Output names without the head's own; core adds `<head>/`. */
  predict(view: FusedView, context: StepContext): Readonly<Record<string, Tensor>>;
}
