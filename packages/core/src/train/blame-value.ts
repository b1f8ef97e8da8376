import type { Tensor, Tf } from '@modalkit/contract';
import type { Suspect } from './find-blame.js';
import { forward } from './forward.js';
import type { Model } from './model.js';
import { someRows } from './rows-of-batch.js';
import type { StepBatch } from './step-batch.js';
import type { Trainable } from './trainable.js';

/** A suspect and how far on in the model it stands. */
interface Placed extends Suspect {
  readonly stage: number;
}

/** Finds the first part of the model that gives values which are not finite, and the rows; nothing when all are. */
export function blameValue({ model }: Trainable, batch: StepBatch): Suspect | undefined {
  const { tf } = model.backend;
  const all = someRows(batch).flatMap(
    ({ from, take }) => tf.tidy(() => look(model, take(tf), from) as never) as readonly Placed[],
  );
  const first = Math.min(...all.map(({ stage }) => stage));
  const found = all.filter(({ stage }) => stage === first);
  if (found.length === 0) return undefined;
  const unique = <T>(values: readonly T[]) => [...new Set(values)];
  const inputs = unique(found.flatMap(({ inputs = [] }) => inputs));
  return {
    by: found[0]!.by,
    ...(inputs.length > 0 && { inputs }),
    rows: unique(found.flatMap(({ rows }) => rows)),
  };
}

function look(model: Model, batch: StepBatch, offset: number): Placed[] {
  const { runtime, backend } = model;
  const found: Placed[] = [];
  const add = (stage: number, by: string, tensors: readonly Tensor[], inputs?: readonly string[]) => {
    const rows = tensors.flatMap((tensor) => badRows(backend.tf, tensor)).map((row) => row + offset);
    if (rows.length > 0) found.push({ stage, by, rows, inputs });
  };
  const { inputs, fused, outputs } = forward(model, batch, { training: true });
  for (const [name, { values, pooled }] of Object.entries(inputs))
    add(0, `encode or align of ${runtime.inputs[name]!.adapter.id} (inputs/${name})`, [values, pooled], [name]);
  if (fused) add(1, `fuse of ${runtime.fusion!.id} (fusion)`, [fused.values, fused.pooled]);
  for (const [output, tensor] of Object.entries(outputs)) {
    const head = output.split('/')[0]!;
    add(2, `predict of ${runtime.heads[head]!.id} (heads/${head})`, [tensor]);
  }
  return found;
}

/** Rows with a value whose square is not finite. */
function badRows(tf: Tf, tensor: Tensor): number[] {
  const fine = tf.all(tf.isFinite(tf.square(tf.reshape(tensor, [tensor.shape[0]!, -1]))), 1);
  return [...fine.dataSync()].flatMap((flag, row) => (flag ? [] : [row]));
}
