import type { HostArray, HostArrays, Quarantined } from '@modalkit/contract';

/** Rows of a batch and the shape to pad to: all that making it depends on beside the samples. */
export interface InputBucket {
  /** Tokens to pad to; 0 when the adapter has no `length`. */
  readonly length: number;
  /** Items of a list to pad to; 1 for a single sample. */
  readonly list: number;
  /** Samples that go through the adapter, of which some may lack the input; all of the batch when left out. */
  readonly rows?: number;
}

/** The shape of a batch in each input. */
export type BatchBucket = Readonly<Record<string, InputBucket>>;

/** One input of a batch. */
export interface HostInput {
  /** `[B*L, …]`: rows of a list input are its items, sample after sample. `[N*L, …]` where it is packed. */
  readonly arrays: HostArrays;
  /** `[N]` int32, ascending: which samples `arrays` holds, where some that lack this input are left out. */
  readonly rows?: HostArray;
  /** `[B]` bool: the sample has this input. */
  readonly present: HostArray;
  /** `[B*L]` bool, for a list input: the item is there. */
  readonly itemsPresent?: HostArray;
}

/** A batch as typed arrays, ready for the backend. */
export interface HostBatch {
  /** Id of each row; empty for a row that pads the batch. */
  readonly ids: readonly string[];
  readonly inputs: Readonly<Record<string, HostInput>>;
  readonly targets: Readonly<Record<string, { readonly values: HostArray; readonly valid: HostArray }>>;
  /** Samples of this batch that failed just now: their rows are absent in all inputs and targets. */
  readonly quarantined: readonly Quarantined[];
}
