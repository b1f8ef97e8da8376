import type { InitContext, StepContext } from './context.js';
import type { Json } from './json.js';
import type { ModelView } from './model-view.js';
import type { Tensor } from './tf.js';

/** What the balancer sees of an objective in the step. */
export interface ObjectiveLoss {
  /** Scalar: the mean of its terms; 0 where nothing counts. */
  readonly mean: Tensor;
  /** Its configured weight. */
  readonly weight: number;
  /**
   * Scalar: the part of what counts in the whole step that is in this batch, 0 where nothing counts and 1 in a step of one
   * batch. What is no mean over samples is multiplied by it, so that batches add up.
   */
  readonly share: Tensor;
}

/** The objectives' gradients as a balancer sees them; T objectives in the config's order, each with its weight. */
export interface ObjectiveGradients {
  /** `[T, T]` dot products of the gradients, over the weights that two objectives or more reach. */
  readonly products: Tensor;
  /** `[T]` means of the objectives, without their weights. */
  readonly losses: Tensor;
  /** `[T]` 1 where something counts, else 0. */
  readonly counted: Tensor;
}

/** How the objectives' gradients are added up. */
export interface Combination {
  /** `[T]` factors over the weights that two objectives or more reach. */
  readonly shared: Tensor;
  /** `[T]` factors over the others. */
  readonly alone: Tensor;
  /** New values of weights of its own that are not trainable, by name. */
  readonly state?: Readonly<Record<string, Tensor>>;
}

/** What is done to the gradient of an input's own weights: g -> scale g + noise std(g) z, with z from N(0, 1) for each number. */
export interface Modulation {
  readonly scale: Tensor;
  readonly noise: Tensor;
}

/** A batch with what the model would say of it from some inputs alone. */
export interface BalanceView extends ModelView {
  /** Outputs `<head>/<output>` of some heads as if the samples had only these inputs. */
  from(inputs: readonly string[], heads: readonly string[]): Readonly<Record<string, Tensor>>;
}

/** Mean losses of the objectives, in the config's order; NaN of one that counted nothing. */
export interface ReviewedLosses {
  /** Over samples that are trained on. */
  readonly trained: readonly number[];
  /** Over samples that are held out. */
  readonly heldOut: readonly number[];
}

/** A look at the losses from outside of the step. */
export interface LossReview {
  /** Epochs from one to the next; the first is made before the first step. */
  readonly epochs: number;
  /** Samples of each of the two splits. */
  readonly samples: number;
  /** Held-out split; `train.evaluationSplit` when left out. */
  readonly split?: string;
  /**
   * @param own values of its weights that are not trainable, by name
   * @returns new ones, and what is told in the log
   */
  next(
    losses: ReviewedLosses,
    own: Readonly<Record<string, Float32Array>>,
    objectives: readonly string[],
  ): { readonly state: Readonly<Record<string, Float32Array>>; readonly sentence?: string };
}

/**
 * Weighs the objectives against each other. `total` alone costs nothing; `combine` costs a pass through the model for each
 * objective. Its weights begin with `objectives/balancer/`.
 */
export interface Balancer {
  readonly id: string;
  readonly options?: Json;
  /** Inputs, heads and targets it reads by name. */
  readonly inputs?: readonly string[];
  readonly heads?: readonly string[];
  readonly targets?: readonly string[];
  /** `term` of a weight is the objective that it belongs to. */
  init?(objectives: readonly string[], context: InitContext): void;
  /** Inside the step: the scalar total of one batch. */
  total(losses: Readonly<Record<string, ObjectiveLoss>>, context: StepContext): Tensor;
  /** Inside the step: how the objectives' gradients are added up, in place of the gradient of the total. */
  combine?(gradients: ObjectiveGradients, context: StepContext): Combination;
  /** Outside of the step: mean losses, with nothing hidden and nothing dropped, to new values of weights of its own. */
  readonly review?: LossReview;
  /** Inside the step: numbers of a batch that are added up over the batches of a step, for `modulate`. */
  observe?(view: BalanceView, context: StepContext): Readonly<Record<string, Tensor>>;
  /** Inside the step: what is done to the gradients of inputs' own weights, by input. */
  modulate?(observed: Readonly<Record<string, Tensor>>, context: StepContext): Readonly<Record<string, Modulation>>;
}
