import type { Tensor, Tf } from '@modalkit/contract';

type Save = (tensors: Tensor[]) => void;

/** Gaussian error linear unit, exact form x * Phi(x). Hendrycks and Gimpel 2016. */
export function gelu(tf: Tf, x: Tensor): Tensor {
  // Its gradient in closed form keeps x alone for the way back, where the chain of its operations would keep four of its size.
  return tf.customGrad(((input: Tensor, save: Save) => {
    save([input]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, slope(tf, saved!, normalShare(tf, saved!)));
    return { value: tf.mul(input, normalShare(tf, input)), gradFunc };
  }) as never)(x);
}

/**
 * The matrix product gelu(x) kernel, `[rows, hidden]` by `[hidden, width]`. The way back makes gelu(x) anew from x, which is
 * kept anyway: the largest tensor of a transformer is then held once, not twice.
 */
export function geluProduct(tf: Tf, x: Tensor, kernel: Tensor): Tensor {
  return tf.customGrad(((input: Tensor, weight: Tensor, save: Save) => {
    save([input, weight]);
    const gradFunc = (dy: Tensor, [savedInput, savedWeight]: Tensor[]) => {
      const share = normalShare(tf, savedInput!);
      const weightGradient = tf.matMul(tf.mul(savedInput!, share), dy, true, false);
      const inputGradient = tf.mul(slope(tf, savedInput!, share), tf.matMul(dy, savedWeight!, false, true));
      return [inputGradient, weightGradient];
    };
    return { value: tf.matMul(tf.mul(input, normalShare(tf, input)), weight), gradFunc };
  }) as never)(x, kernel);
}

/** Phi(x), the share of a normal distribution below x. */
function normalShare(tf: Tf, x: Tensor): Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
}

/** Phi(x) + x phi(x), with the normal density phi. */
function slope(tf: Tf, x: Tensor, share: Tensor): Tensor {
  const density = tf.exp(tf.mul(tf.square(x), -0.5));
  return tf.add(share, tf.mul(tf.mul(x, density), 1 / Math.sqrt(2 * Math.PI)));
}
