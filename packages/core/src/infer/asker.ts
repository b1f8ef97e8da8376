import type { Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { HostInput } from '../data/host-batch.js';
import { bestColumn } from '../metrics/best-column.js';
import { forward } from '../train/forward.js';
import { type Model, weightsOf } from '../train/model.js';
import { type StepBatch, stepBatch } from '../train/step-batch.js';
import { classesOf } from './heads-asked.js';

/** Samples of the same shapes after which another one is worth the recording of a graph. */
const LEAST_CAPTURED = 16;

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

/** The inputs of one sample, `[1, …]` each. */
export type SampleInputs = Readonly<Record<string, HostInput>>;

/** Asks a model about one sample after the other: as one graph, where the backend can, once the same shapes have come often. */
export interface Asker {
  /** Passes a sample through the model and reads what some heads say. */
  ask(inputs: SampleInputs, heads: readonly string[], embedded?: readonly string[]): Promise<Answers>;
  /** Makes the graph of such samples now: the first of them is then as fast as the others. */
  ready(inputs: SampleInputs): Promise<void>;
}

/** @param name of its program: graphs of others are dropped for none of its own */
export function asker(model: Model, name = 'pass of a sample'): Asker {
  const { tf } = model.backend;
  /** Samples so far, by their shapes. */
  const seen = new Map<string, number>();
  const run = (batch: StepBatch) => tf.tidy(() => tensorsOf(model, batch));
  const captured = () => model.programs.get(name, () => ({ run, constants: () => weightsOf(model) }));
  const ask: Asker['ask'] = async (inputs, heads, embedded = []) => {
    const shapes = shapesOf(inputs);
    const before = seen.get(shapes) ?? 0;
    seen.set(shapes, before + 1);
    const batch = stepBatch(tf, { ids: [''], inputs, targets: {}, quarantined: [] }, 0, 0);
    let tensors: SampleTensors = {};
    try {
      tensors = before < LEAST_CAPTURED ? run(batch) : captured().run(batch);
      return await readAnswers(model, tensors, heads, embedded);
    } finally {
      // Together: a part of the model may hand on the batch's own tensors.
      tf.dispose([tensors, batch as never]);
    }
  };
  return {
    ask,
    ready: async (inputs) => {
      seen.set(shapesOf(inputs), LEAST_CAPTURED);
      await ask(inputs, Object.keys(model.runtime.heads), Object.keys(inputs));
    },
  };
}

function shapesOf(inputs: SampleInputs): string {
  return JSON.stringify(
    Object.entries(inputs).map(([name, { arrays }]) => [name, Object.values(arrays).map((array) => array?.shape)]),
  );
}

/** What can be read of a sample, by input, by head, and by `<head>/<output>`. A group without tensors may be left out. */
type SampleTensors = Partial<Record<'vectors' | 'classes' | 'scores', Record<string, Tensor>>>;

/** All of it, whatever is read: what is asked for decides no graph. */
function tensorsOf(model: Model, batch: StepBatch): SampleTensors {
  const { tf } = model.backend;
  const { inputs, outputs } = forward(model, batch, { training: false });
  const entries = Object.entries(outputs);
  const classes = entries.flatMap(([name, tensor]) => {
    const [head, output] = partsOf(name);
    const says = output === 'logits' && classesOf(model.runtime, head);
    return says ? [[head, tf.softmax(tensor as never) as Tensor] as const] : [];
  });
  const numbers = entries.filter(([, tensor]) => isOneNumber(tensor));
  return {
    vectors: Object.fromEntries(Object.entries(inputs).map(([name, { pooled }]) => [name, l2Normalise(tf, pooled)])),
    classes: Object.fromEntries(classes),
    scores: Object.fromEntries(numbers.map(([name, tensor]) => [name, tf.reshape(tensor, [1])])),
  };
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

async function readAnswers(
  { runtime }: Model,
  tensors: SampleTensors,
  heads: readonly string[],
  embedded: readonly string[],
): Promise<Answers> {
  const [vectors, classes, numbers] = await Promise.all([
    readSome(tensors.vectors, (input) => embedded.includes(input)),
    readSome(tensors.classes, (head) => heads.includes(head)),
    readSome(tensors.scores, (name) => heads.includes(partsOf(name)[0])),
  ]);
  const scores: Record<string, Record<string, number>> = {};
  for (const [name, [value]] of numbers) {
    const [head, output] = partsOf(name);
    scores[head] = { ...scores[head], [output]: value! };
  }
  return {
    classes: Object.fromEntries(classes.map(([head, row]) => [head, classOf(row, classesOf(runtime, head)!)])),
    scores,
    vectors: Object.fromEntries(vectors),
  };
}

function readSome(
  tensors: Readonly<Record<string, Tensor>> = {},
  asked: (name: string) => boolean,
): Promise<[string, Float32Array][]> {
  const some = Object.entries(tensors).filter(([name]) => asked(name));
  return Promise.all(some.map(async ([name, tensor]) => [name, (await tensor.data()) as Float32Array]));
}

function classOf(row: Float32Array, names: readonly string[]): ClassAnswer {
  const best = bestColumn(row, row.length, 0);
  const probabilities = Object.fromEntries(names.map((name, index) => [name, row[index]!]));
  return { name: names[best]!, score: row[best]!, probabilities };
}
