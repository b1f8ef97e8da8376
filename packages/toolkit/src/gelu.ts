import type { Tensor, Tf } from '@modalkit/contract';

/** Gaussian error linear unit, exact form x * Phi(x). Hendrycks and Gimpel 2016. */
export function gelu(tf: Tf, x: Tensor): Tensor {
  // Its gradient in closed form keeps x alone for the way back, where the chain of its operations would keep four of its size.
  return tf.customGrad(((input: Tensor, save: (tensors: Tensor[]) => void) => {
    save([input]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, slope(tf, saved!));
    return { value: tf.mul(input, normalShare(tf, input)), gradFunc };
  }) as never)(x);
}

/** Phi(x), the share of a normal distribution below x. */
function normalShare(tf: Tf, x: Tensor): Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
}

/** Phi(x) + x phi(x), with the normal density phi. */
function slope(tf: Tf, x: Tensor): Tensor {
  const density = tf.exp(tf.mul(tf.square(x), -0.5));
  return tf.add(normalShare(tf, x), tf.mul(tf.mul(x, density), 1 / Math.sqrt(2 * Math.PI)));
}
