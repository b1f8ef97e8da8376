import type { Tensor, Tf } from '@modalkit/contract';

/** Whether the backend in use has a kernel, so that a layer need not be a chain of operations there. */
export const hasKernel = (tf: Tf, name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Runs it, without a gradient. */
export function runKernel(
  tf: Tf,
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, boolean | number>> = {},
): readonly Tensor[] {
  const result = tf.engine().runKernel(name, inputs, attributes) as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
}
