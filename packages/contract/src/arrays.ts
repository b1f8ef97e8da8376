import type { Tensor } from './tf.js';

/**
 * What a host array holds; `bool` is a Uint8Array of 0 and 1. The data of an `int32` array may be a Uint8Array: numbers from
 * 0 to 255 that stay bytes until they are copied to the backend.
 */
export type HostDataType = 'float32' | 'int32' | 'bool';

/** A dense array outside the tensor backend, row-major. */
export interface HostArray {
  readonly dtype: HostDataType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/**
 * What `collate` returns. `valid [B,T]` (bool) is required and is at the resolution of the tokens that `encode` will
 * return. The other reserved names are positions of those tokens, each optional.
 */
export interface HostArrays {
  readonly valid: HostArray;
  /** `[B,T,2]` float32: start and end of each token in seconds on the sample's clock. */
  readonly time?: HostArray;
  /** `[B,T,4]` float32: left, top, right, bottom of each token in 0..1 of the picture. */
  readonly box?: HostArray;
  /** `[B,T]` int32: rank of each token in its sequence. */
  readonly order?: HostArray;
  readonly [name: string]: HostArray | undefined;
}

/** The same arrays as tensors, inside the step. */
export interface BatchTensors {
  readonly valid: Tensor;
  readonly time?: Tensor;
  readonly box?: Tensor;
  readonly order?: Tensor;
  readonly [name: string]: Tensor | undefined;
}

/** The static shape of a batch: every tensor of a step is a function of it. */
export interface Bucket {
  /** Rows, absent ones included. */
  readonly batch: number;
  /** Tokens to pad to, at least the largest `length` in the batch; 0 when the adapter has no `length`. */
  readonly length: number;
}
