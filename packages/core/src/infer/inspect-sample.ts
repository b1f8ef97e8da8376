import { type Backend, ModalkitError, type Sample } from '@modalkit/contract';
import { followSample } from '@modalkit/toolkit';
import type { Runtime } from '../compose/index.js';
import { suggestName } from '../compose/suggest-name.js';
import { fitAdapters, hostContext, loadDataset } from '../data/index.js';
import { keepOnly } from '../data/keep-only.js';
import { openLoader } from '../data/loader.js';
import { previewOf } from '../train/evaluate.js';
import { forward, passOf } from '../train/forward.js';
import { createModel, type Model } from '../train/model.js';
import type { InspectedInput, Inspection } from '../train/run-types.js';
import { stepBatch } from '../train/step-batch.js';
import { stepContext } from '../train/step-context.js';
import type { InspectOptions } from './run-answers.js';

/** Follows one sample of a run's data through every stage of the model. */
export async function inspectSample(model: Model, options: InspectOptions): Promise<Inspection> {
  const dataset = await loadDataset(model.runtime);
  return follow(model, chosen(dataset.samples, options.id), dataset.root, options.fused ?? false);
}

/** The same with first weights, and adapters fitted on the training split. */
export async function inspectUntrained(
  { runtime, backend }: { readonly runtime: Runtime; readonly backend: Backend },
  { id, fused = false }: InspectOptions,
): Promise<Inspection> {
  const dataset = await loadDataset(runtime);
  const sample = chosen(dataset.samples, id);
  const { split, only } = runtime.config.train;
  const training = keepOnly(dataset, split, only).samples.filter((each) => each.split === split);
  const model = createModel(runtime, backend, await fitAdapters(runtime, training, dataset.root));
  try {
    return await follow(model, sample, dataset.root, fused);
  } finally {
    model.dispose();
  }
}

/** @throws ModalkitError USAGE when there is no such sample */
function chosen(samples: readonly Sample[], id: string | undefined): Sample {
  const sample = id === undefined ? samples[0] : samples.find((each) => each.id === id);
  if (sample) return sample;
  const near = suggestName(String(id), samples.map((each) => each.id).slice(0, 2000)).slice(0, 200);
  throw new ModalkitError('USAGE', `There is no sample "${id}"; ${near}`);
}

async function follow(model: Model, sample: Sample, root: string, fused: boolean): Promise<Inspection> {
  const { runtime, backend } = model;
  const { tf } = backend;
  const loader = openLoader({ ...runtime, configPath: undefined }, model.states, root);
  const host = await loader.batchOf([sample]).finally(() => loader.close());
  if (host.quarantined[0]) throw new ModalkitError('SAMPLE', `Sample "${sample.id}": ${host.quarantined[0].reason}`);
  const batch = stepBatch(tf, host, 0, 0);
  // First: an encoder may hand on the batch's own tensors, which the inspection of an input releases.
  const layout = fused ? fusedLayout(model, batch) : undefined;
  const looks = looksOf(model, batch);
  const inputs: Record<string, InspectedInput> = {};
  for (const name of runtime.inputNames) {
    if (host.inputs[name]) inputs[name] = await inspectInput(model, name, sample, root, batch);
  }
  tf.dispose(batch as never);
  return { id: sample.id, inputs, fused: layout, looks };
}

async function inspectInput(
  model: Model,
  name: string,
  sample: Sample,
  root: string,
  batch: ReturnType<typeof stepBatch>,
): Promise<InspectedInput> {
  const { runtime } = model;
  const part = runtime.inputs[name]!;
  const { adapter, stateOf } = part;
  const raw = sample.inputs[name];
  const context = hostContext(name, model.states[stateOf], root, runtime.data.fileLimit);
  const items = (part.list > 1 && Array.isArray(raw) ? raw : [raw]).filter(
    (item) => item !== undefined && item !== null,
  );
  const { arrays, present } = batch.inputs[name]!;
  const step = stepContext(passOf(model, batch, { training: false }), stateOf, name, model.states[stateOf]);
  const { values, pooled, ...followed } = await followSample({
    ...{ adapter, items, host: context, fitted: context, step },
    tensors: () => arrays,
  });
  return {
    plugin: adapter.id,
    modality: adapter.modality,
    present: present.dataSync()[0] === 1,
    preview: items.length > 0 ? await previewOf(model, name, raw, context) : undefined,
    ...followed,
  };
}

/** Of the heads that have an attention over regions. */
function looksOf(model: Model, batch: ReturnType<typeof stepBatch>): Inspection['looks'] {
  return model.backend.tf.tidy(() => {
    const { outputs } = forward(model, batch, { training: false });
    const values = (head: string, output: string) => [...outputs[`${head}/${output}`]!.dataSync()];
    const heads = Object.keys(model.runtime.heads).filter((head) => outputs[`${head}/regionBoxes`]);
    const looks = heads.map((head) => [
      head,
      {
        attention: values(head, 'attention'),
        regions: (outputs[`${head}/regionBoxes`]!.arraySync() as number[][][])[0]!,
        point: values(head, 'point'),
        box: values(head, 'box'),
      },
    ]);
    return Object.fromEntries(looks) as never;
  });
}

function fusedLayout(model: Model, batch: ReturnType<typeof stepBatch>): Inspection['fused'] {
  const { tf } = model.backend;
  const fused = tf.tidy(() => forward(model, batch, { training: false }).fused as never) as ReturnType<
    typeof forward
  >['fused'];
  if (!fused)
    throw new ModalkitError('USAGE', 'The config has no fusion to show; add `fusion: cross()` or leave out --fused.');
  const valid = [...fused.valid.dataSync()];
  const spans = Object.entries(fused.spans).map(([name, { start, end }]) => [
    name,
    { start, end, valid: valid.slice(start, end).filter(Boolean).length },
  ]);
  const layout = { length: valid.length, width: fused.values.shape[2]!, spans: Object.fromEntries(spans) };
  tf.dispose(fused as never);
  return layout;
}
