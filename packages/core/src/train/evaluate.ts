import type { Evaluation, Figure, HostContext, Measured, Preview, Sample, Tensor } from '@modalkit/contract';
import { l2Normalise } from '@modalkit/toolkit';
import type { HostBatch } from '../data/host-batch.js';
import { hostContext } from '../data/host-context.js';
import { embedRaw } from './embed.js';
import { forward } from './forward.js';
import type { Model } from './model.js';
import { stepBatch } from './step-batch.js';

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
  readonly outputs: Readonly<Record<string, { readonly width: number; readonly rows: Float32Array }>>;
}

/** Results of a split: numbers and pictures. */
export interface EvaluationResult {
  readonly step: number;
  readonly split: string;
  readonly values: Readonly<Record<string, Measured>>;
  readonly figures: readonly Figure[];
}

/** Runs the model over a split's batches, in their order. */
export async function collect(
  model: Model,
  samples: readonly Sample[],
  batches: AsyncIterable<HostBatch & { readonly rows: readonly number[] }>,
): Promise<Collected> {
  const { runtime } = model;
  const inputs: Record<string, Embedded> = {};
  const outputs: Record<string, { width: number; rows: Float32Array }> = {};
  const width = runtime.config.space.width;
  for (const name of runtime.inputNames) {
    inputs[name] = { width, rows: new Float32Array(samples.length * width), present: new Uint8Array(samples.length) };
  }
  for await (const batch of batches) {
    const read = await readBatch(model, batch);
    for (const [name, { pooled, present }] of Object.entries(read.inputs)) {
      batch.rows.forEach((row, index) => {
        if (row < 0) return;
        inputs[name]!.rows.set(pooled.subarray(index * width, (index + 1) * width), row * width);
        inputs[name]!.present[row] = present[index]!;
      });
    }
    for (const [name, values] of Object.entries(read.outputs)) {
      const wide = values.length / batch.ids.length;
      outputs[name] ??= { width: wide, rows: new Float32Array(samples.length * wide) };
      batch.rows.forEach((row, index) => {
        if (row >= 0) outputs[name]!.rows.set(values.subarray(index * wide, (index + 1) * wide), row * wide);
      });
    }
  }
  return { samples, inputs, outputs };
}

async function readBatch(model: Model, batch: HostBatch) {
  const { tf } = model.backend;
  const tensors = tf.tidy(() => {
    const { inputs, outputs } = forward(model, stepBatch(tf, batch, 0, 0), { training: false });
    const pooled = Object.fromEntries(
      Object.entries(inputs).map(([name, { pooled }]) => [name, l2Normalise(tf, pooled)]),
    );
    return { pooled, outputs: outputs as Record<string, Tensor> };
  });
  const inputs: Record<string, { pooled: Float32Array; present: ArrayLike<number> }> = {};
  for (const [name, tensor] of Object.entries(tensors.pooled)) {
    inputs[name] = { pooled: (await tensor.data()) as Float32Array, present: batch.inputs[name]!.present.data };
  }
  const outputs: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors.outputs)) outputs[name] = (await tensor.data()) as Float32Array;
  tf.dispose(tensors);
  return { inputs, outputs };
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
    output: (name) => collected.outputs[name]!,
    embed: (input, raw) => embedRaw(model, input, raw, context(input)),
    preview: (input, raw) => previewOf(model, input, raw, context(input)),
  };
  const values: Record<string, Measured> = {};
  const figures: Figure[] = [];
  for (const metric of Object.values(runtime.metrics)) {
    const measured = await metric.measure(evaluation);
    Object.assign(values, measured.values);
    figures.push(...measured.figures);
  }
  return { step, split, values, figures };
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
