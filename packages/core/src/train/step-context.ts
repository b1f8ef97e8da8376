import { type Backend, ModalkitError, type Space, type StepContext, type Tensor } from '@modalkit/contract';
import { hashName } from '@modalkit/toolkit';

/** What all contexts of one pass through the model have in common. */
export interface Pass {
  readonly backend: Backend;
  readonly space: Space;
  readonly training: boolean;
  /** `[2]` int32: seed and step. */
  readonly key: Tensor;
  weight(name: string): Tensor | undefined;
}

/**
 * The context of one part of the model.
 * @param prefix what its weights' names begin with
 * @param stream what its random numbers belong to: two inputs that share weights draw apart
 */
export function stepContext(pass: Pass, prefix: string, stream: string, state?: unknown): StepContext {
  const { backend, key, space, training } = pass;
  const { tf } = backend;
  return {
    tf,
    state,
    space,
    training,
    random: {
      uniform: (purpose, shape) =>
        backend.uniform(tf.add(key, tf.tensor1d([hashName(`${stream}/${purpose}`) | 0, 0], 'int32')), shape),
    },
    weight: (name) => {
      const value = pass.weight(`${prefix}/${name}`);
      if (!value)
        throw new ModalkitError(
          'PLUGIN',
          `Weight "${prefix}/${name}" is used but was not declared; declare it in \`init\`.`,
        );
      return value;
    },
    scope: (name) => stepContext(pass, `${prefix}/${name}`, `${stream}/${name}`, state),
  };
}
