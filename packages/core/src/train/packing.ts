import type { Aligned, Tensor, Tf } from '@modalkit/contract';
import { mapValues } from '../compose/map-values.js';
import type { StepInput } from './step-batch.js';

/** Samples of a batch that go through an input's adapter; the others lack the input. */
export interface Packing {
  /** `[N]` int32, ascending: which they are. */
  readonly rows: Tensor;
  /** Samples of the batch. */
  readonly of: number;
}

/** How an input is packed; undefined where all samples go through its adapter. */
export function packingOf({ rows, present }: StepInput): Packing | undefined {
  return rows && { rows, of: present.shape[0]! };
}

/** Of a tensor that has one row or several for each sample of the batch, those of the packed samples. It passes no gradient. */
export function takePacked(tf: Tf, tensor: Tensor, { rows, of }: Packing): Tensor {
  const [all, ...rest] = tensor.shape as [number, ...number[]];
  const taken = tf.gather(tf.reshape(tensor, [of, -1]), rows as never);
  return tf.reshape(taken, [(all / of) * rows.shape[0]!, ...rest]);
}

/** Packed rows, one or several for each sample, in their places of the batch; zeros, or false, in those of the other samples. */
export function unpack(tf: Tf, packed: Tensor, { rows, of }: Packing): Tensor {
  const { shape, dtype } = packed;
  const samples = rows.shape[0]!;
  const row = shape.reduce((product, extent) => product * extent, 1) / samples;
  const places = tf.reshape(rows, [samples, 1]);
  const scatter = (tensor: Tensor) => tf.scatterND(places, tf.reshape(tensor, [samples, row]), [of, row]);
  const whole = [(shape[0]! / samples) * of, ...shape.slice(1)];
  if (dtype === 'bool') return tf.cast(tf.reshape(scatter(tf.cast(packed, 'int32')), whole), 'bool');
  if (dtype === 'int32') return tf.reshape(scatter(packed), whole);
  const withGradient = tf.customGrad(((tensor: Tensor, save: (tensors: Tensor[]) => void) => {
    save([rows]);
    // Every packed row has a place of its own.
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => takePacked(tf, dy, { rows: saved!, of });
    return { value: tf.reshape(scatter(tensor), whole), gradFunc };
  }) as never);
  return withGradient(packed);
}

/** Tokens of the packed samples as those of the batch: invalid ones for the samples that lack the input. */
export function unpackTokens(tf: Tf, tokens: Aligned, packing: Packing): Aligned {
  const back = (tensor: Tensor): Tensor => unpack(tf, tensor, packing);
  const { position, target, values, valid, hidden, pooled } = tokens;
  const places = Object.entries(position as Record<string, Tensor | undefined>).filter(([, tensor]) => tensor);
  return {
    ...mapValues({ values, valid, hidden, pooled }, back),
    ...(target && { target: back(target) }),
    position: mapValues(Object.fromEntries(places) as Record<string, Tensor>, back),
  } as never as Aligned;
}
