import type { InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';
import { hasKernel, runKernel } from './run-kernel.js';

const EPSILON = 1e-5;

/** Declares `name/scale [width]` (ones) and `name/offset [width]` (zeros). */
export function initLayerNorm(context: InitContext, name: string, width: number): void {
  context.weight(`${name}/scale`, [width], { kind: 'ones' });
  context.weight(`${name}/offset`, [width], { kind: 'zeros' });
}

/**
 * Layer normalisation over the last dimension, epsilon 1e-5. Ba et al. 2016.
 * @param centred whether the mean over that dimension is 0 already: it is not taken off again, of the gradient neither
 */
export function layerNorm(context: StepContext, name: string, x: Tensor, { centred = false } = {}): Tensor {
  const { tf } = context;
  const normalise = hasKernel(tf, 'LayerNorm') ? byKernel(tf, centred) : byChain(tf, centred, x.shape.at(-1)!);
  return tf.customGrad(normalise as never)(x, context.weight(`${name}/scale`), context.weight(`${name}/offset`));
}

type Save = (tensors: Tensor[]) => void;

/** One operation each way, which keeps x and two numbers a row. */
function byKernel(tf: Tf, centred: boolean) {
  const attributes = { centred, epsilon: EPSILON };
  return (x: Tensor, scale: Tensor, offset: Tensor, save: Save) => {
    const [value, stats] = runKernel(tf, 'LayerNorm', { x, scale, offset }, attributes);
    save([x, scale, stats!]);
    const gradFunc = (dy: Tensor, [savedX, savedScale, savedStats]: Tensor[]) =>
      runKernel(tf, 'LayerNormGrad', { dy, x: savedX!, scale: savedScale!, stats: savedStats! }, attributes);
    return { value, gradFunc };
  };
}

/** With y standardised by r and a gradient dy of the result, x has r * (dy scale - mean(dy scale) - y * mean(dy y scale)). */
function byChain(tf: Tf, centred: boolean, width: number) {
  const mean = (value: Tensor) => tf.mean(value, -1, true);
  return (x: Tensor, scale: Tensor, offset: Tensor, save: Save) => {
    const from0 = centred ? x : tf.sub(x, mean(x));
    const reciprocal = tf.rsqrt(tf.add(mean(tf.square(from0)), EPSILON));
    const standardised = tf.mul(from0, reciprocal);
    save([standardised, reciprocal, scale]);
    const gradFunc = (dy: Tensor, [y, r, factor]: Tensor[]) => {
      const weights = tf.reshape(tf.div(factor!, width), [width, 1]);
      const weightedMean = (value: Tensor) => tf.reshape(tf.matMul(tf.reshape(value, [-1, width]), weights), r!.shape);
      const scaleGradient = tf.mul(dy, y!);
      const along = tf.sub(tf.mul(dy, factor!), tf.mul(y!, weightedMean(scaleGradient)));
      const inputGradient = tf.mul(r!, centred ? along : tf.sub(along, weightedMean(dy)));
      const axes = dy.shape.slice(0, -1).map((_, axis) => axis);
      return [inputGradient, tf.sum(scaleGradient, axes), tf.sum(dy, axes)];
    };
    return { value: tf.add(tf.mul(standardised, scale), offset), gradFunc };
  };
}
