import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { initLayerNorm, layerNorm } from '@modalkit/toolkit';

/** Declares `name/{reduce,refine}` (3x3 with a normalisation each) and, where the shape changes, `name/shortcut` (1x1). */
export function initResidualBlock(
  context: InitContext,
  name: string,
  fanIn: number,
  fanOut: number,
  stride: number,
): void {
  const scope = context.scope(name);
  const kernel = (part: string, side: number, from: number) =>
    scope.weight(`${part}/kernel`, [side, side, from, fanOut], { kind: 'he', fanIn: side * side * from });
  kernel('reduce', 3, fanIn);
  initLayerNorm(scope, 'reduce/norm', fanOut);
  kernel('refine', 3, fanOut);
  initLayerNorm(scope, 'refine/norm', fanOut);
  if (stride !== 1 || fanIn !== fanOut) kernel('shortcut', 1, fanIn);
}

/**
 * A residual block (He et al. 2016), `[B,H,W,C]` -> `[B,H/stride,W/stride,C']`. Each place is normalised over its channels
 * (as in ConvNeXt, Liu et al. 2022) rather than over the batch, so that no sample's tokens depend on another sample.
 */
export function residualBlock(context: StepContext, name: string, x: Tensor, stride: number): Tensor {
  const { tf } = context;
  const scope = context.scope(name);
  const convolve = (part: string, input: Tensor, by: number) =>
    tf.conv2d(input as never, scope.weight(`${part}/kernel`) as never, by, 'same');
  const reduced = tf.relu(layerNorm(scope, 'reduce/norm', convolve('reduce', x, stride)));
  const refined = layerNorm(scope, 'refine/norm', convolve('refine', reduced, 1));
  const changes = stride !== 1 || x.shape[3] !== refined.shape[3];
  return tf.relu(tf.add(refined, changes ? shortcut(scope, x, stride) : x));
}

/**
 * The 1x1 convolution of every `stride`-th place, as a slice and a product over the channels: with a stride, the gradient of
 * TensorFlow 2.21's own writes beyond its memory for some shapes (128 x 40 places, stride 2).
 */
export function shortcut(context: StepContext, x: Tensor, stride: number): Tensor {
  const { tf } = context;
  const kernel = context.weight('shortcut/kernel');
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns, fanOut] = [height / stride, width / stride, kernel.shape[3]!];
  const blocks = tf.reshape(x, [batch, rows, stride, columns, stride * channels]);
  const kept = tf.slice(blocks, [0, 0, 0, 0, 0], [batch, rows, 1, columns, channels]);
  const product = tf.matMul(tf.reshape(kept, [-1, channels]), tf.reshape(kernel, [channels, fanOut]));
  return tf.reshape(product, [batch, rows, columns, fanOut]);
}
