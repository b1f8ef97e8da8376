import { type Backend, ModalkitError, type Space, type StepContext, type Tensor } from '@modalkit/contract';
import { hashName } from '@modalkit/toolkit';
import { type Packing, takePacked } from './packing.js';
import type { RowRange } from './step-batch.js';

/** What all contexts of one pass through the model have in common. */
export interface Pass {
  readonly backend: Backend;
  readonly space: Space;
  readonly training: boolean;
  /** `[2]` int32: seed and step. */
  readonly key: Tensor;
  readonly rows?: RowRange;
  /** Of the input whose contexts these are. */
  readonly packing?: Packing;
  weight(name: string): Tensor | undefined;
}

/**
 * The context of one part of the model.
 * @param prefix what its weights' names begin with
 * @param stream what its random numbers belong to: two inputs that share weights draw apart
 */
export function stepContext(pass: Pass, prefix: string, stream: string, state?: unknown): StepContext {
  const { key, space, training } = pass;
  const { tf } = pass.backend;
  return {
    tf,
    state,
    space,
    training,
    random: {
      uniform: (purpose, shape) =>
        uniform(pass, tf.add(key, tf.tensor1d([hashName(`${stream}/${purpose}`) | 0, 0], 'int32')), shape),
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

/** Rows that were cut out of a batch, or packed, get the numbers that they have in the whole of it. */
function uniform({ backend, rows, packing }: Pass, key: Tensor, shape: readonly number[]): Tensor {
  const [first = 0, ...rest] = shape;
  const own = packing?.rows.shape[0] ?? (rows ? rows.to - rows.from : 0);
  const items = own > 0 ? first / own : 0;
  if (!Number.isInteger(items) || items === 0) return backend.uniform(key, shape);
  if (packing) return takePacked(backend.tf, backend.uniform(key, [packing.of * items, ...rest]), packing);
  const whole = backend.uniform(key, [rows!.of * items, ...rest]);
  return backend.tf.slice(whole, [rows!.from * items, ...rest.map(() => 0)], [...shape]);
}
