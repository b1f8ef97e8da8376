import type { InitContext, StepContext, Tensor } from '@modalkit/contract';

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
  const width = x.shape.at(-1)!;
  const mean = (value: Tensor) => tf.mean(value, -1, true);
  // With y standardised by r and a gradient dy of the result, x has r * (dy scale - mean(dy scale) - y * mean(dy y scale)).
  const normalise = ((input: Tensor, scale: Tensor, offset: Tensor, save: (tensors: Tensor[]) => void) => {
    const from0 = centred ? input : tf.sub(input, mean(input));
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
  }) as never;
  return tf.customGrad(normalise)(x, context.weight(`${name}/scale`), context.weight(`${name}/offset`));
}
