import type { InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';
import { initLayerNorm, layerNorm } from './layer-norm.js';

/** Steps of a convolution along the map's two axes. */
export type Stride = readonly [rows: number, columns: number];

export interface ResidualOptions {
  readonly stride: Stride;
  /** ReLU when left out. */
  readonly activation?: (tf: Tf, x: Tensor) => Tensor;
  /**
   * `[B,H/stride,1,1]` float32, 0 for rows that stand for nothing: they come out as zeros, between the two convolutions too,
   * so that padding is the same as the map's edge. Such rows of the input are zeros already.
   */
  readonly real?: Tensor;
}

/** Declares `name/{reduce,refine}` (3x3 with a normalisation each) and, where the shape changes, `name/shortcut` (1x1). */
export function initResidualBlock(
  context: InitContext,
  name: string,
  fanIn: number,
  fanOut: number,
  stride: Stride,
): void {
  const scope = context.scope(name);
  const kernel = (part: string, side: number, from: number) =>
    scope.weight(`${part}/kernel`, [side, side, from, fanOut], { kind: 'he', fanIn: side * side * from });
  kernel('reduce', 3, fanIn);
  initLayerNorm(scope, 'reduce/norm', fanOut);
  kernel('refine', 3, fanOut);
  initLayerNorm(scope, 'refine/norm', fanOut);
  if (Math.max(...stride) > 1 || fanIn !== fanOut) kernel('shortcut', 1, fanIn);
}

/**
 * A residual block (He et al. 2016), `[B,H,W,C]` -> `[B,H/stride,W/stride,C']`. Each place is normalised over its channels
 * (as in ConvNeXt, Liu et al. 2022) rather than over the batch, so that no sample's tokens depend on another sample.
 */
export function residualBlock(context: StepContext, name: string, x: Tensor, options: ResidualOptions): Tensor {
  const { tf } = context;
  const { stride, activation = relu, real } = options;
  const scope = context.scope(name);
  // A map's mean over its channels is what the mean of the kernels gives: taken off there, it costs nothing for each place.
  const normedConvolution = (part: string, input: Tensor, by: Stride) => {
    const kernel = scope.weight(`${part}/kernel`);
    const map = tf.conv2d(input as never, tf.sub(kernel, tf.mean(kernel, 3, true)) as never, [...by], 'same');
    return layerNorm(scope, `${part}/norm`, map, { centred: true });
  };
  const activated = (map: Tensor) => {
    const values = activation(tf, map);
    return real ? tf.mul(values, real) : values;
  };
  const reduced = activated(normedConvolution('reduce', x, stride));
  const refined = normedConvolution('refine', reduced, [1, 1]);
  const changes = Math.max(...stride) > 1 || x.shape[3] !== refined.shape[3];
  return activated(tf.add(refined, changes ? shortcut(scope, x, stride) : x));
}

const relu = (tf: Tf, x: Tensor): Tensor => tf.relu(x);

/**
 * The 1x1 convolution of every `stride`-th place, as a slice and a product over the channels: with a stride, the gradient of
 * TensorFlow 2.21's own writes beyond its memory for some shapes (128 x 40 places, stride 2).
 */
function shortcut(context: StepContext, x: Tensor, [down, right]: Stride): Tensor {
  const { tf } = context;
  const kernel = context.weight('shortcut/kernel');
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns, fanOut] = [Math.ceil(height / down), Math.ceil(width / right), kernel.shape[3]!];
  const [below, beyond] = [rows * down - height, columns * right - width];
  const whole =
    below + beyond === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [0, below],
          [0, beyond],
          [0, 0],
        ]);
  const blocks = tf.reshape(whole, [batch, rows, down, columns, right * channels]);
  const kept = tf.slice(blocks, [0, 0, 0, 0, 0], [batch, rows, 1, columns, channels]);
  const product = tf.matMul(tf.reshape(kept, [-1, channels]), tf.reshape(kernel, [channels, fanOut]));
  return tf.reshape(product, [batch, rows, columns, fanOut]);
}
