import type { InitContext, StepContext, Tensor, Tf } from '@modalkit/contract';

const EPSILON = 1e-5;

/** Declares `name/scale [width]` (ones) and `name/offset [width]` (zeros). */
export function initLayerNorm(context: InitContext, name: string, width: number): void {
  context.weight(`${name}/scale`, [width], { kind: 'ones' });
  context.weight(`${name}/offset`, [width], { kind: 'zeros' });
}

/** Layer normalisation over the last dimension, epsilon 1e-5. Ba et al. 2016. */
export function layerNorm(context: StepContext, name: string, x: Tensor): Tensor {
  const { tf } = context;
  return tf.add(tf.mul(standardise(tf, x), context.weight(`${name}/scale`)), context.weight(`${name}/offset`));
}

/** Mean 0 and variance 1 over the last dimension, with its closed-form gradient: r * (dy - mean(dy) - y * mean(dy * y)). */
function standardise(tf: Tf, x: Tensor): Tensor {
  const lastAxisMean = (value: Tensor) => tf.mean(value, -1, true);
  return tf.customGrad(((input: Tensor, save: (tensors: Tensor[]) => void) => {
    const centred = tf.sub(input, lastAxisMean(input));
    const reciprocal = tf.rsqrt(tf.add(lastAxisMean(tf.square(centred)), EPSILON));
    const value = tf.mul(centred, reciprocal);
    save([value, reciprocal]);
    const gradFunc = (dy: Tensor, [y, r]: Tensor[]) =>
      tf.mul(r, tf.sub(tf.sub(dy, lastAxisMean(dy)), tf.mul(y, lastAxisMean(tf.mul(dy, y)))));
    return { value, gradFunc };
  }) as never)(x);
}
