import type { Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { HostInput } from '../data/host-batch.js';
import { bestColumn } from '../metrics/best-column.js';
import { forward } from '../train/forward.js';
import type { Model } from '../train/model.js';
import { stepBatch } from '../train/step-batch.js';
import { classesOf } from './heads-asked.js';

/** The class that a head takes a sample for. */
export interface ClassAnswer {
  readonly name: string;
  /** Probability, 0..1. */
  readonly score: number;
  /** Of every class. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What heads say of one sample. */
export interface Answers {
  /** By head, of those that say one of several classes. */
  readonly classes: Readonly<Record<string, ClassAnswer>>;
  /** By head and output: every output that is one number, such as the score of an anomaly. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Unit pooled vectors `[width]` of the inputs that were asked for. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/**
 * Passes one sample through the model and reads what some heads say.
 * @param inputs `[1, …]` each
 */
export async function askHeads(
  model: Model,
  inputs: Readonly<Record<string, HostInput>>,
  heads: readonly string[],
  embedded: readonly string[] = [],
): Promise<Answers> {
  const { tf } = model.backend;
  const names = Object.fromEntries(heads.map((head) => [head, classesOf(model.runtime, head)]));
  const read = tf.tidy(() => {
    const batch = stepBatch(tf, { ids: [''], inputs, targets: {}, quarantined: [] }, 0, 0);
    const view = forward(model, batch, { training: false });
    const tensors: Record<string, Tensor> = {};
    for (const input of embedded) tensors[`vector/${input}`] = l2Normalise(tf, view.inputs[input]!.pooled);
    for (const [name, tensor] of Object.entries(view.outputs)) {
      const [head, output] = partsOf(name);
      if (!heads.includes(head)) continue;
      if (names[head] && output === 'logits') tensors[`class/${head}`] = tf.softmax(tensor as never);
      if (isOneNumber(tensor)) tensors[`score/${name}`] = tf.reshape(tensor, [1]);
    }
    return tensors;
  });
  try {
    return gathered(await readAll(read), names);
  } finally {
    tf.dispose(read);
  }
}

/** `head/output` apart. */
function partsOf(name: string): [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** `[1]` or `[1,1]`. */
function isOneNumber({ size, rank, dtype }: Tensor): boolean {
  return size === 1 && rank <= 2 && dtype === 'float32';
}

async function readAll(tensors: Readonly<Record<string, Tensor>>): Promise<[string, Float32Array][]> {
  const entries = Object.entries(tensors);
  const data = await Promise.all(entries.map(([, tensor]) => tensor.data()));
  return entries.map(([name], index) => [name, data[index] as Float32Array]);
}

function gathered(
  read: readonly (readonly [string, Float32Array])[],
  names: Readonly<Record<string, readonly string[] | undefined>>,
): Answers {
  const classes: Record<string, ClassAnswer> = {};
  const scores: Record<string, Record<string, number>> = {};
  const vectors: Record<string, Float32Array> = {};
  for (const [key, data] of read) {
    const [kind, rest] = partsOf(key);
    if (kind === 'vector') vectors[rest] = data;
    else if (kind === 'class') classes[rest] = classOf(data, names[rest]!);
    else {
      const [head, output] = partsOf(rest);
      scores[head] = { ...scores[head], [output]: data[0]! };
    }
  }
  return { classes, scores, vectors };
}

function classOf(row: Float32Array, names: readonly string[]): ClassAnswer {
  const best = bestColumn(row, row.length, 0);
  const probabilities = Object.fromEntries(names.map((name, index) => [name, row[index]!]));
  return { name: names[best]!, score: row[best]!, probabilities };
}
