import type { Tensor, Tf } from '@modalkit/contract';

/**
 * Gradients of a scalar by some tensors, null for those that it doesn't depend on. Where taking them fails, what tfjs has kept for the
 * way back is released: tfjs itself forgets it.
 */
export function takeGradients(tf: Tf, of: () => Tensor, by: readonly Tensor[]) {
  const engine = tf.engine();
  const kept: Tensor[] = [];
  const { keep } = engine;
  engine.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(engine, tensor) as typeof tensor;
  };
  try {
    return engine.gradients(of, [...by], null as never, true);
  } catch (error) {
    tf.dispose(kept);
    throw error;
  } finally {
    engine.keep = keep;
  }
}
