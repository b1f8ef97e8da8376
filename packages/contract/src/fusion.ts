import type { InitContext, StepContext } from './context.js';
import type { Json } from './json.js';
import type { Tensor } from './tf.js';
import type { Aligned } from './tokens-of-input.js';

/** Where an input's tokens stand in the fused sequence: `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The fused sequence. */
export interface Fused {
  /** `[B,S,D]` float32. */
  readonly values: Tensor;
  /** `[B,S]` bool. */
  readonly valid: Tensor;
  /** By input, and by any other name for tokens of the fusion's own (`queries`). */
  readonly spans: Readonly<Record<string, Span>>;
  /** `[B,D]` float32: one vector for the whole sample. */
  readonly pooled: Tensor;
}

/** What a fusion sees of one input. */
export interface FusionInput extends Aligned {
  readonly name: string;
  /** `[B]` bool: the sample has this input. */
  readonly present: Tensor;
}

/** Joins the aligned tokens of several inputs. Its weights begin with `fusion/`. */
export interface Fusion {
  readonly id: string;
  readonly options: Json;
  /** Inputs it joins; all of them when left out. */
  readonly inputs?: readonly string[];
  /** Most tokens of one input that it takes in so many seconds; any number when left out. */
  readonly window?: { readonly seconds: number; readonly tokens: number };
  /** `inputs` come sorted by name. */
  init(inputs: readonly string[], context: InitContext): void;
  /** Changing an invalid token changes nothing. */
  fuse(inputs: readonly FusionInput[], context: StepContext): Fused;
}
