import type { InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';
import { gelu, initLayerNorm, layerNorm } from '@modalkit/toolkit';

/** Steps of a convolution in frames and in mels. */
export type Stride = readonly [frames: number, mels: number];

/** Declares `name/{reduce,refine}` (3x3 with a normalisation each) and, where the shape changes, `name/shortcut`, a matrix. */
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
  if (Math.max(...stride) > 1 || fanIn !== fanOut)
    scope.weight('shortcut/kernel', [fanIn, fanOut], { kind: 'he', fanIn });
}

/**
 * A residual block (He et al. 2016), `[N,F,M,C]` -> `[N,F/stride,M/stride,C']`, each place normalised over its channels, with
 * GELU (as in ConvNeXt, Liu et al. 2022).
 * @param x zeros in frames that are not heard
 * @param heard `[N,F/stride,1,1]` float32: what comes out of frames that are not heard is zeros again, between the
 *   convolutions too, so that silence after a sound is the same whether it is padding or the tensor's edge
 */
export function residualBlock(context: StepContext, name: string, x: Tensor, stride: Stride, heard: Tensor): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const convolve = (part: string, input: Tensor, by: Stride) =>
    tf.conv2d(input as never, scope.weight(`${part}/kernel`) as never, [...by], 'same');
  const reduced = gelu(tf, layerNorm(scope, 'reduce/norm', convolve('reduce', x, stride)));
  const refined = layerNorm(scope, 'refine/norm', convolve('refine', tf.mul(reduced, heard), [1, 1]));
  const changes = Math.max(...stride) > 1 || x.shape[3] !== refined.shape[3];
  return tf.mul(gelu(tf, tf.add(refined, changes ? shortcut(scope, x, stride) : x)), heard);
}

/**
 * The mean of the places that become one, then a product over the channels (ResNet-D, He et al. 2019). A convolution of 1x1 with
 * a stride is not taken: for some shapes its gradient writes beyond its memory in TensorFlow 2.21 (128 x 40, stride 2).
 */
function shortcut(context: StepContext, x: Tensor, stride: Stride): Tensor {
  const { tf } = context;
  const kernel = context.weight('shortcut/kernel');
  const pooled = meanOfPlaces(tf, x, stride);
  const [count, frames, mels, channels] = pooled.shape as [number, number, number, number];
  const product = tf.matMul(tf.reshape(pooled, [-1, channels]), kernel as never);
  return tf.reshape(product, [count, frames, mels, kernel.shape[1]!]);
}

/** `[N,F,M,C]` -> `[N,F/frames,M/mels,C]`; what lacks to whole places is zeros. */
function meanOfPlaces(tf: Tf, x: Tensor, [frames, mels]: Stride): Tensor {
  if (frames * mels === 1) return x;
  const [count, length, height, channels] = x.shape as [number, number, number, number];
  const rows = Math.ceil(height / mels);
  const whole = tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, rows * mels - height],
    [0, 0],
  ]);
  return tf.mean(tf.reshape(whole, [count, length / frames, frames, rows, mels, channels]), [2, 4]);
}
