import type { BatchTensors, Bucket, HostArrays } from './arrays.js';
import type { HostContext, InitContext, StepContext } from './context.js';
import type { Json } from './json.js';
import type { AdapterStream } from './live-source.js';
import type { Preview } from './preview.js';
import type { HostRandom } from './random.js';
import type { Schema } from './schema.js';
import type { Space } from './space.js';
import type { Tensor } from './tf.js';
import type { Aligned, TokenLayout, Tokens } from './tokens-of-input.js';

/** What an adapter declares about itself. The conformance kit chooses its checks, and core its refusals, by these. */
export interface Supports {
  /** Positions its tokens carry. */
  readonly positions: readonly ('time' | 'box' | 'order')[];
  /** Mask policies that `mask` carries out. */
  readonly masks: readonly MaskPolicy['kind'][];
  /** In training it shows some of the hidden tokens, as BERT's 80/10/10 does; the promise of `encode` then leaves them out. */
  readonly showsHidden?: boolean;
  /** Padding changes no valid token beyond rounding (false for batch normalisation and its like). */
  readonly paddingInvariant: boolean;
  /** `stream` cuts windows whose tokens are those of the whole sample (causal or window-local encoders). */
  readonly streaming?: boolean;
  /** Tokens that a second of a sample becomes, for tokens in time at a steady rate. */
  readonly tokensPerSecond?: number;
}

/** How tokens are hidden in training. `ratio` is the share of the valid tokens, 0..1. */
export type MaskPolicy =
  /**
   * Independent tokens (BERT, Devlin et al. 2019; MAE, He et al. 2022). A tensor `[B,1]` gives each sample a share of its own: that
   * of a budget of tokens.
   */
  | { readonly kind: 'random'; readonly ratio: number | Tensor }
  /** Runs of `span` tokens by order (SpanBERT, Joshi et al. 2020). */
  | { readonly kind: 'span'; readonly ratio: number; readonly span: number }
  /** Rectangles of the picture, `block` its side in 0..1 (BEiT, Bao et al. 2022). */
  | { readonly kind: 'block'; readonly ratio: number; readonly block: number }
  /** Independent places of the picture, each hidden at every time (tubes: VideoMAE, Tong et al. 2022). */
  | { readonly kind: 'tube'; readonly ratio: number }
  /** The whole input of a sample, with probability `ratio` (modality dropout). */
  | { readonly kind: 'drop'; readonly ratio: number };

/** What core's decoder and masked modelling use of an adapter. */
export type Target =
  | {
      readonly kind: 'classes';
      /** Number of classes. */
      classes(state: unknown): number;
      readonly begin?: number;
      readonly end?: number;
      /** `[B,T]` int32 -> `[B,T,D]`. */
      embed(ids: Tensor, context: StepContext): Tensor;
      /** `[B,T,D]` -> logits `[B,T,n]`. */
      score(hidden: Tensor, context: StepContext): Tensor;
    }
  | {
      readonly kind: 'values';
      readonly width: number;
      /** `[B,T,D]` -> `[B,T,width]`. */
      score(hidden: Tensor, context: StepContext): Tensor;
    };

/** Sums of the standard scores z = (value - mean) / deviation of one series of numbers. */
export interface StandardScores {
  readonly name: string;
  /** How many values. */
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * One modality, as a value made by a factory. Three verbs are its heart: **encode, align, mask**.
 * Type parameters: `Raw` one raw sample, `State` what `fit` learns, `Prepared` what `prepare` makes of a sample.
 */
export interface Adapter<Raw = unknown, State = unknown, Prepared = unknown> {
  /** Package name. */
  readonly id: string;
  /** An open word for people and reports: nothing in core depends on it. */
  readonly modality: string;
  /** Number of the contract it was written for. */
  readonly contract: number;
  /** Version of what `prepare` does: part of the cache's key. */
  readonly version: string;
  /** Resolved options, saved with each run. */
  readonly options: Json;
  /**
   * The part of `options` that `sample`, `files`, `prepare` and fitting depend on, for the cache's key: what is cached is kept
   * while it stays the same. All of `options` when left out.
   */
  readonly prepares?: Json;
  readonly supports: Supports;
  /** Name of another input of the same plugin whose weights and state this one uses. */
  readonly share?: string;
  /** Schema of one raw sample. */
  readonly sample: Schema<Raw>;
  /** Files that a raw sample names: their content is part of the cache's key. */
  files?(sample: Raw): readonly string[];

  /** Learns what must be known before training from the training split. Plain data and typed arrays only. */
  fit?(samples: AsyncIterable<Raw>, context: HostContext<undefined>): Promise<State>;
  /**
   * In place of `fit`, from prepared samples, so that each is decoded once: for an adapter whose `prepare` needs no state, and
   * is given none. Samples that cannot be prepared are left out.
   */
  fitPrepared?(samples: AsyncIterable<Prepared>, context: HostContext<undefined>): Promise<State>;
  /** Decodes, resamples, tokenises. Deterministic, mutates nothing, no tensors; its result is cached. */
  prepare(sample: Raw, context: HostContext<State>): Promise<Prepared>;
  /** Keyed random change of a prepared sample, after the cache, only in training. Returns a new value. */
  augment?(prepared: Prepared, random: HostRandom, context: HostContext<State>): Prepared | Promise<Prepared>;
  /** Number of tokens of a prepared sample; absent for adapters whose every sample has the same number. */
  length?(prepared: Prepared): number;
  /** Pads to the bucket's shape. An undefined entry is an absent sample: its row is all `valid = false` and zeros. */
  collate(prepared: readonly (Prepared | undefined)[], bucket: Bucket, context: HostContext<State>): HostArrays;

  /** Declares weights. */
  init(context: InitContext<State>): void;
  /** Which tokens to hide, `[B,T]` bool, from the layout alone and before any mixing; only valid tokens. */
  mask(layout: TokenLayout, policy: MaskPolicy, context: StepContext<State>): Tensor;
  /** Embeds, replaces hidden tokens, then mixes. What lies under a hidden or invalid token changes no valid output. */
  encode(arrays: BatchTensors, step: { readonly hidden: Tensor }, context: StepContext<State>): Tokens;
  /** Into the joint space. Keeps order, `valid` and `hidden`. */
  align(tokens: Tokens, space: Space, context: StepContext<State>): Aligned;

  readonly target?: Target;
  /** A generated sequence of class ids as a sample again. */
  decode?(ids: Int32Array, context: HostContext<State>): Raw | Promise<Raw>;
  /** A sample for people. */
  preview?(sample: Raw, context: HostContext<State>): Promise<Preview>;
  /** The sample that a command-line argument stands for, or undefined when it is none of its own. */
  accepts?(argument: string): Raw | undefined | Promise<Raw | undefined>;
  /**
   * How a prepared sample lies against the statistics that fitting learnt, by series: a channel, a band. Live input that lies
   * elsewhere for long has drifted. None where nothing was fitted.
   */
  standardScores?(prepared: Prepared, context: HostContext<State>): readonly StandardScores[];
  /** Live input, cut into windows that `collate` takes. Refuses by name when the options do not allow it. */
  stream?(context: HostContext<State>): AdapterStream<Prepared>;
  dispose?(): void | Promise<void>;
}
