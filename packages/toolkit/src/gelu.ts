import type { Tensor, Tf } from '@modalkit/contract';
import { hasKernel, runKernel } from './run-kernel.js';

type Save = (tensors: Tensor[]) => void;

/** Gaussian error linear unit, exact form x * Phi(x). Hendrycks and Gimpel 2016. */
export function gelu(tf: Tf, x: Tensor): Tensor {
  // Its gradient in closed form keeps x alone for the way back, where the chain of its operations would keep four of its size.
  return tf.customGrad(((input: Tensor, save: Save) => {
    save([input]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => wayBack(tf, saved!).gradient(dy);
    return { value: activated(tf, input), gradFunc };
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
      const { value, gradient } = wayBack(tf, savedInput!);
      const weightGradient = tf.matMul(value(), dy, true, false);
      return [gradient(tf.matMul(dy, savedWeight!, false, true)), weightGradient];
    };
    return { value: tf.matMul(activated(tf, input), weight), gradFunc };
  }) as never)(x, kernel);
}

function activated(tf: Tf, x: Tensor): Tensor {
  return hasKernel(tf, 'Gelu') ? runKernel(tf, 'Gelu', { x })[0]! : tf.mul(x, normalShare(tf, x));
}

/** gelu(x) once more, and the gradient of x by that of gelu(x). */
function wayBack(tf: Tf, x: Tensor) {
  if (hasKernel(tf, 'GeluGrad')) {
    return { value: () => activated(tf, x), gradient: (dy: Tensor) => runKernel(tf, 'GeluGrad', { dy, x })[0]! };
  }
  const share = normalShare(tf, x);
  return { value: () => tf.mul(x, share), gradient: (dy: Tensor) => tf.mul(dy, slope(tf, x, share)) };
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
