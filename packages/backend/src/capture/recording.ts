import type { OpAttribute } from '../native-kernels.js';
import type { Constant } from './constant-pool.js';

/** Where a tensor comes from: what is fed, a constant, or an output of an operation. */
export type Source =
  | { readonly kind: 'feed'; readonly index: number }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'op'; readonly index: number; readonly output: number };

/** One operation as it was run. */
export interface RecordedOp {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Source[];
  /** Data types of the inputs, for attributes that are left to be inferred. */
  readonly inputTypes: readonly string[];
  /** Ranks of the inputs. */
  readonly ranks: readonly number[];
}

/** A program as the list of its operations, in the order they were run. */
export interface Recording {
  readonly ops: readonly RecordedOp[];
  readonly constants: readonly Constant[];
  /** Where each result comes from. */
  readonly results: readonly Source[];
}
