import type { InitContext, StepContext, Tensor } from '@modalkit/contract';
import { geluProduct } from './gelu.js';

/** Declares `name/kernel [fanIn, fanOut]` (Glorot uniform) and `name/bias [fanOut]` (zeros). */
export function initLinear(context: InitContext, name: string, fanIn: number, fanOut: number): void {
  context.weight(`${name}/kernel`, [fanIn, fanOut], { kind: 'glorot', fanIn, fanOut });
  context.weight(`${name}/bias`, [fanOut], { kind: 'zeros' });
}

/** `[..., fanIn]` -> `[..., fanOut]`: one matrix product over all leading dimensions, plus a bias. */
export function linear(context: StepContext, name: string, x: Tensor): Tensor {
  return affine(context, name, x, (flat, kernel) => context.tf.matMul(flat as never, kernel as never));
}

/** `linear(gelu(x))`, for which gelu(x) is not kept for the way back. */
export function geluLinear(context: StepContext, name: string, x: Tensor): Tensor {
  return affine(context, name, x, (flat, kernel) => geluProduct(context.tf, flat, kernel));
}

function affine(
  context: StepContext,
  name: string,
  x: Tensor,
  product: (flat: Tensor, kernel: Tensor) => Tensor,
): Tensor {
  const { tf } = context;
  const kernel = context.weight(`${name}/kernel`);
  const [fanIn, fanOut] = kernel.shape as [number, number];
  const flat = tf.add(product(tf.reshape(x, [-1, fanIn]), kernel), context.weight(`${name}/bias`));
  return tf.reshape(flat, [...x.shape.slice(0, -1), fanOut]);
}
