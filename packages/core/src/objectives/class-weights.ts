import { ModalkitError, type Tensor, type Tf } from '@modalkit/contract';

/** Factors of the classes in their order, `[1,n]`. @throws ModalkitError COMPOSE when there are not as many as classes */
export function classWeightsOf(tf: Tf, who: string, weights: readonly number[], classes: number): Tensor {
  if (weights.length === classes) return tf.tensor2d([...weights], [1, classes], 'float32');
  throw new ModalkitError(
    'COMPOSE',
    `${who}: ${weights.length} weights were given for ${classes} classes; give one for each, in the classes' order.`,
  );
}
