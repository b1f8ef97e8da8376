import type { StepContext } from './context.js';
import type { FusedView } from './model-view.js';
import type { Tensor } from './tf.js';

/** How the next token is chosen. */
export type DecoderChoice =
  /** The likeliest. */
  | 'greedy'
  /** Drawn, by key, from the likeliest that together have this probability (Holtzman et al. 2020); temperature 1 when left out. */
  | { readonly topP: number; readonly temperature?: number }
  /** So many beginnings are kept, and the likeliest whole is taken; scores are divided by ((5 + length) / 6)^lengthPenalty. */
  | { readonly beam: number; readonly lengthPenalty?: number };

/** What a decoder knows between two tokens. */
export interface DecoderState {
  /** Tokens that were written. */
  readonly written: number;
  /** `[R,…]` each: rows are gathered when some go on and others do not. */
  readonly rows: Readonly<Record<string, Tensor>>;
}

export interface DecoderStep {
  /** `[R,n]` of the next token. */
  readonly logits: Tensor;
  readonly state: DecoderState;
}

/** Writes the tokens of an input one after another, from what a view holds of the samples. */
export interface Decoder {
  /** The input: one whose `target` is of kind classes, and which no fusion that is read joins. */
  readonly input: string;
  /** Most tokens that are written. */
  readonly maxTokens: number;
  readonly choice: DecoderChoice;
  /** Scores the first token, a row each sample. */
  start(view: FusedView, context: StepContext): DecoderStep;
  /** @param ids `[R]` int32: what was chosen for each row */
  next(ids: Tensor, state: DecoderState, view: FusedView, context: StepContext): DecoderStep;
}
