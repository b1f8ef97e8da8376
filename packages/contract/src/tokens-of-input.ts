import type { Tensor } from './tf.js';

/** Where tokens are. Every part is optional; core and fusions use those that are there. */
export interface Position {
  /** `[B,T,2]` float32: start and end in seconds. */
  readonly time?: Tensor;
  /** `[B,T,4]` float32: left, top, right, bottom in 0..1. */
  readonly box?: Tensor;
  /** `[B,T]` int32: rank in the sequence. */
  readonly order?: Tensor;
  /** `[B,T]` int32: which item of a list the token belongs to; set by core. */
  readonly turn?: Tensor;
}

/** What is known of tokens before anything is embedded: all that `mask` may look at. */
export interface TokenLayout {
  /** `[B,T]` bool: a real token. */
  readonly valid: Tensor;
  readonly position: Position;
}

/** Tokens of one input. `valid` means a real token, `hidden` means to be predicted. */
export interface Tokens extends TokenLayout {
  /** `[B,T,W]` float32. */
  readonly values: Tensor;
  /** `[B,T]` bool, a subset of `valid`. */
  readonly hidden: Tensor;
  /** What a hidden token is to be predicted as: `[B,T]` int32 for classes or `[B,T,w]` float32 for values. */
  readonly target?: Tensor;
}

/** Tokens in the joint space. */
export interface Aligned extends Tokens {
  /** `[B,D]` float32: one vector a sample, not normalised; zeros where the sample is absent. */
  readonly pooled: Tensor;
}
