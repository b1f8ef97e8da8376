import type { Evaluation, Figure, HostContext, Measured, Preview, Sample, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { HostBatch } from '../data/host-batch.js';
import { hostContext } from '../data/host-context.js';
import { writtenRows, writtenSamples } from '../decode/written-rows.js';
import { embedRaw } from './embed.js';
import { forward, predictFrom } from './forward.js';
import { type Model, weightsOf } from './model.js';
import { type StepBatch, stepBatch } from './step-batch.js';

/** Pooled vectors of one input over a split. */
export interface Embedded {
  readonly width: number;
  /** `[n, width]`, unit rows; zeros where absent. */
  readonly rows: Float32Array;
  /** `[n]` 0 or 1. */
  readonly present: Uint8Array;
}

/** A split as the model sees it, all on the host. */
export interface Collected {
  readonly samples: readonly Sample[];
  readonly inputs: Readonly<Record<string, Embedded>>;
  readonly outputs: Outputs;
  /** Outputs with some inputs only, by `subsetKey`. */
  readonly subsets: Readonly<Record<string, Outputs>>;
}

/** `[n, width]` of each output. */
type Outputs = Record<string, { width: number; rows: Float32Array }>;

function subsetKey(inputs: readonly string[]): string {
  return [...inputs].sort().join('+');
}

/** Results of a split: numbers and pictures. */
export interface EvaluationResult {
  readonly step: number;
  readonly split: string;
  readonly values: Readonly<Record<string, Measured>>;
  readonly figures: readonly Figure[];
  /** Numbers of each sample of the split, in its order. */
  readonly bySample: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Runs the model over a split's batches, in their order.
 * @param captured as one graph, where the backend can: worth its recording when there are many batches
 */
export async function collect(
  model: Model,
  samples: readonly Sample[],
  batches: AsyncIterable<HostBatch & { readonly rows: readonly number[] }>,
  captured = false,
): Promise<Collected> {
  const { runtime } = model;
  const inputs: Record<string, Embedded> = {};
  const outputs: Outputs = {};
  const asked = subsetsAsked(model);
  const subsets: Record<string, Outputs> = Object.fromEntries([...asked.keys()].map((key) => [key, {}]));
  const width = runtime.config.space.width;
  for (const name of runtime.inputNames) {
    inputs[name] = { width, rows: new Float32Array(samples.length * width), present: new Uint8Array(samples.length) };
  }
  const pass = evaluationPass(model, asked, captured);
  for await (const batch of batches) {
    const read = await readBatch(model, batch, pass);
    for (const [name, { pooled, present }] of Object.entries(read.inputs)) {
      batch.rows.forEach((row, index) => {
        if (row < 0) return;
        inputs[name]!.rows.set(pooled.subarray(index * width, (index + 1) * width), row * width);
        inputs[name]!.present[row] = present[index]!;
      });
    }
    keepRows(outputs, read.outputs, batch, samples.length);
    for (const [key, some] of Object.entries(read.subsets)) keepRows(subsets[key]!, some, batch, samples.length);
  }
  return { samples, inputs, outputs, subsets };
}

interface AskedSubset {
  readonly inputs: readonly string[];
  readonly heads: Set<string>;
}

/** The sets of inputs that metrics ask heads about, by `subsetKey`. */
function subsetsAsked({ runtime }: Model): Map<string, AskedSubset> {
  const asked = new Map<string, AskedSubset>();
  for (const { subsets = [], heads = [] } of Object.values(runtime.metrics)) {
    for (const inputs of subsets) {
      const one = asked.get(subsetKey(inputs)) ?? { inputs, heads: new Set() };
      asked.set(subsetKey(inputs), one);
      for (const head of heads) one.heads.add(head);
    }
  }
  return asked;
}

/** The heads of which some metric reads what they write. */
function headsWritten({ runtime }: Model): readonly string[] {
  return [...new Set(Object.values(runtime.metrics).flatMap(({ written = [] }) => written))];
}

/** Puts a batch's outputs where its samples stand, wider than before when this batch has more tokens. */
function keepRows(
  into: Outputs,
  outputs: Readonly<Record<string, Float32Array>>,
  { ids, rows }: { readonly ids: readonly string[]; readonly rows: readonly number[] },
  count: number,
): void {
  for (const [name, values] of Object.entries(outputs)) {
    const wide = values.length / ids.length;
    into[name] = widened(into[name], wide, count);
    const kept = into[name];
    rows.forEach((row, index) => {
      if (row >= 0) kept.rows.set(values.subarray(index * wide, (index + 1) * wide), row * kept.width);
    });
  }
}

function widened(kept: Outputs[string] | undefined, width: number, count: number): Outputs[string] {
  if (kept && kept.width >= width) return kept;
  const rows = new Float32Array(count * width);
  for (let row = 0; kept && row < count; row++) {
    rows.set(kept.rows.subarray(row * kept.width, (row + 1) * kept.width), row * width);
  }
  return { width, rows };
}

/** From a batch to all that is read of it. */
type Pass = (batch: StepBatch, ids: readonly string[]) => TensorsRead;

/** What heads write token by token depends on tensors' values: where a metric reads that, nothing is captured. */
function evaluationPass(model: Model, asked: ReadonlyMap<string, AskedSubset>, captured: boolean): Pass {
  const { tf } = model.backend;
  const written = headsWritten(model);
  const run: Pass = (batch, ids) =>
    tf.tidy(() => {
      const whole = forward(model, batch, { training: false });
      const pooled = Object.fromEntries(
        Object.entries(whole.inputs).map(([name, { pooled }]) => [name, l2Normalise(tf, pooled)]),
      );
      const subsets = Object.fromEntries(
        [...asked].map(([key, { inputs, heads }]) => {
          const some = predictFrom(model, whole, inputs, [...heads]);
          const writing = written.filter((head) => heads.has(head));
          return [key, { ...some.outputs, ...writtenRows(model, whole.pass, some, ids, writing) }];
        }),
      );
      const outputs = { ...whole.outputs, ...writtenRows(model, whole.pass, whole, ids, written) };
      return { pooled, outputs, subsets } as TensorsRead;
    });
  if (!captured || written.length > 0) return run;
  const program = model.programs.get('evaluation', () => ({
    run: (batch: StepBatch) => run(batch, []),
    constants: () => weightsOf(model),
  }));
  return (batch) => program.run(batch);
}

async function readBatch(model: Model, batch: HostBatch, pass: Pass) {
  const { tf } = model.backend;
  const given = stepBatch(tf, batch, 0, 0);
  const tensors = pass(given, batch.ids);
  const inputs: Record<string, { pooled: Float32Array; present: ArrayLike<number> }> = {};
  for (const [name, tensor] of Object.entries(tensors.pooled)) {
    inputs[name] = { pooled: (await tensor.data()) as Float32Array, present: batch.inputs[name]!.present.data };
  }
  const outputs = await readAll(tensors.outputs ?? {});
  const subsets: Record<string, Record<string, Float32Array>> = {};
  for (const [key, some] of Object.entries(tensors.subsets ?? {})) subsets[key] = await readAll(some);
  // Together: a part of the model may hand on the batch's own tensors.
  tf.dispose([tensors, given as never]);
  return { inputs, outputs, subsets };
}

/** A group without tensors may be left out. */
type TensorsRead = {
  pooled: Record<string, Tensor>;
  outputs?: Record<string, Tensor>;
  subsets?: Record<string, Record<string, Tensor>>;
};

async function readAll(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Float32Array>> {
  const read: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) read[name] = (await tensor.data()) as Float32Array;
  return read;
}

/** Measures every metric of the project on a collected split. */
export async function measure(
  model: Model,
  collected: Collected,
  root: string,
  step: number,
  split: string,
): Promise<EvaluationResult> {
  const { runtime } = model;
  const context = (input: string) =>
    hostContext(input, model.states[runtime.inputs[input]!.stateOf], root, runtime.data.fileLimit);
  const evaluation: Evaluation = {
    samples: collected.samples,
    targets: runtime.targets,
    embeddings: (input) => collected.inputs[input]!,
    output: (name, inputs) => (inputs ? collected.subsets[subsetKey(inputs)]! : collected.outputs)[name]!,
    embed: (input, raw) => embedRaw(model, input, raw, context(input)),
    written: (head, inputs) => writtenSamples(model, head, evaluation.output(`${head}/written`, inputs), context),
    preview: (input, raw) => previewOf(model, input, raw, context(input)),
  };
  const values: Record<string, Measured> = {};
  const figures: Figure[] = [];
  const bySample: Record<string, ArrayLike<number>> = {};
  for (const metric of Object.values(runtime.metrics)) {
    const measured = await metric.measure(evaluation);
    Object.assign(values, measured.values);
    figures.push(...measured.figures);
    Object.assign(bySample, measured.bySample);
  }
  return { step, split, values, figures, bySample };
}

/** A raw sample of an input for people, or undefined when its adapter has no preview. */
export async function previewOf(
  model: Model,
  input: string,
  raw: unknown,
  context: HostContext,
): Promise<Preview | undefined> {
  const { adapter, list } = model.runtime.inputs[input]!;
  return adapter.preview?.(list > 1 && Array.isArray(raw) ? raw[0] : raw, context);
}
