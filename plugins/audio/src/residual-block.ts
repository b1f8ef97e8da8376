import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { gelu, initLayerNorm, layerNorm } from '@modalkit/toolkit';

/** Steps of a convolution in frames and in mels. */
export type Stride = readonly [frames: number, mels: number];

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
  return tf.mul(gelu(tf, tf.add(refined, changes ? convolve('shortcut', x, stride) : x)), heard);
}
