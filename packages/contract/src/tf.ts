import type * as tf from '@tensorflow/tfjs-core';

/** The tensor library as an injected value: a plugin receives it in its context and never imports it. */
export type Tf = typeof tf;
export type {
  DataType,
  NamedTensorMap,
  Rank,
  Scalar,
  Tensor,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs-core';
