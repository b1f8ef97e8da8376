/** How a weight begins. Drawn on the host from (seed, weight name), so it is equal on every backend. */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  /** Given values, row-major: statistics, or a pretrained table. */
  | { readonly kind: 'values'; readonly values: ArrayLike<number> }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Glorot and Bengio 2010: uniform with limit sqrt(6 / (fanIn + fanOut)). */
  | { readonly kind: 'glorot'; readonly fanIn: number; readonly fanOut: number }
  /** He et al. 2015: normal with std sqrt(2 / fanIn). */
  | { readonly kind: 'he'; readonly fanIn: number };

export interface WeightOptions {
  /** Never changed by the optimiser, still kept in the checkpoint: statistics, frozen tables. Default true. */
  readonly trainable?: boolean;
  /** Subject to weight decay. Default: true when it has two dimensions or more. */
  readonly decay?: boolean;
  /** Clamped to [min, max] after every update, for example a logit scale. */
  readonly clamp?: readonly [number, number];
  /** In an objective: the term that uses it. It is updated only in steps in which that term's count is above 0. */
  readonly term?: string;
}
