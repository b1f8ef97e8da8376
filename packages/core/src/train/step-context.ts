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
  /** Where a microbatch stands in its batch: it draws what its rows would have drawn there. */
  readonly rows?: Rows;
}

/** One of several equal parts of a batch, counted from 0. */
export interface Rows {
  readonly part: number;
  readonly of: number;
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
        drawRows(pass, tf.add(key, tf.tensor1d([hashName(`${stream}/${purpose}`) | 0, 0], 'int32')), shape),
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

/** A microbatch takes its part of what the whole batch draws; the rows of a draw are its first dimension. */
function drawRows({ backend, rows }: Pass, key: Tensor, shape: readonly number[]): Tensor {
  const [first, ...rest] = shape;
  if (!rows || first === undefined) return backend.uniform(key, shape);
  const whole = backend.uniform(key, [first * rows.of, ...rest]);
  return backend.tf.slice(whole, [first * rows.part, ...rest.map(() => 0)], [...shape]);
}
