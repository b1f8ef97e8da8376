import { ModalkitError, type Sample } from '@modalkit/contract';
import { followSample } from '@modalkit/toolkit';
import { suggestName } from '../compose/suggest-name.js';
import { fitAdapters, hostContext, loadDataset, openLoader } from '../data/index.js';
import { previewOf } from './evaluate.js';
import { forward } from './forward.js';
import { weightReader } from './low-rank.js';
import { createModel, type Model } from './model.js';
import { type OpenRunOptions, openModel } from './open-run.js';
import type { InspectedInput, Inspection } from './run-types.js';
import { stepBatch } from './step-batch.js';
import { stepContext } from './step-context.js';

export interface InspectOptions extends Omit<OpenRunOptions, 'folder'> {
  /** Run whose weights are used; fresh ones when left out. */
  readonly folder?: string;
  /** Id of the sample; the first one when left out. */
  readonly id?: string;
  readonly fused?: boolean;
}

/** Follows one sample through every stage of the model. */
export async function inspectSample(options: InspectOptions): Promise<Inspection> {
  const { runtime, backend, folder } = options;
  const dataset = await loadDataset(runtime);
  const sample = options.id === undefined ? dataset.samples[0] : dataset.samples.find(({ id }) => id === options.id);
  if (!sample)
    throw new ModalkitError(
      'USAGE',
      `There is no sample "${options.id}"; ${suggestName(options.id!, dataset.samples.map(({ id }) => id).slice(0, 2000)).slice(0, 200)}`,
    );
  const training = dataset.samples.filter(({ split }) => split === runtime.config.train.split);
  const model = folder
    ? (await openModel({ runtime, backend, folder })).model
    : createModel(runtime, backend, await fitAdapters(runtime, training, dataset.root));
  try {
    return await follow(model, sample, dataset.root, options.fused ?? false);
  } finally {
    model.dispose();
  }
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
  const { runtime, backend } = model;
  const part = runtime.inputs[name]!;
  const { adapter, stateOf } = part;
  const raw = sample.inputs[name];
  const context = hostContext(name, model.states[stateOf], root, runtime.data.fileLimit);
  const items = (part.list > 1 && Array.isArray(raw) ? raw : [raw]).filter(
    (item) => item !== undefined && item !== null,
  );
  const { arrays, present } = batch.inputs[name]!;
  const pass = {
    backend,
    space: runtime.config.space,
    training: false,
    key: batch.key,
    weight: weightReader(model),
  };
  const step = stepContext(pass, stateOf, name, model.states[stateOf]);
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
