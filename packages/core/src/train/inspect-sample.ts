import { performance } from 'node:perf_hooks';
import { type HostArray, ModalkitError, type Position, type Sample, type Tensor } from '@modalkit/contract';
import { suggestName } from '../compose/suggest-name.js';
import { fitAdapters, hostContext, loadDataset, openLoader } from '../data/index.js';
import { previewOf } from './evaluate.js';
import { forward } from './forward.js';
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
  const { tf } = backend;
  const part = runtime.inputs[name]!;
  const { adapter, stateOf } = part;
  const raw = sample.inputs[name];
  const context = hostContext(name, model.states[stateOf], root, runtime.data.fileLimit);
  const stages: InspectedInput['stages'][number][] = [];
  const items = (part.list > 1 && Array.isArray(raw) ? raw : [raw]).filter(
    (item) => item !== undefined && item !== null,
  );
  const prepared = await timed(
    stages,
    'prepare',
    () => Promise.all(items.map((item) => adapter.prepare(item, context))),
    sizeOf,
  );
  const length = Math.max(0, ...prepared.map((item) => adapter.length?.(item) ?? 0));
  await timed(
    stages,
    'collate',
    async () => adapter.collate(prepared, { batch: prepared.length, length }, context),
    sizeOf,
  );
  const { arrays, present } = batch.inputs[name]!;
  const pass = {
    backend,
    space: runtime.config.space,
    training: false,
    key: batch.key,
    weight: (weight: string) => model.weights.get(weight)?.variable,
  };
  const step = stepContext(pass, stateOf, name, model.states[stateOf]);
  const before = tf.memory().numBytes;
  const tokens = await timed(
    stages,
    'encode',
    async () =>
      tf.tidy(() => adapter.encode(arrays, { hidden: tf.zerosLike(arrays.valid) }, step) as never) as ReturnType<
        typeof adapter.encode
      >,
    () => tf.memory().numBytes - before,
  );
  const encoded = tf.memory().numBytes;
  const aligned = await timed(
    stages,
    'align',
    async () => tf.tidy(() => adapter.align(tokens, pass.space, step) as never) as ReturnType<typeof adapter.align>,
    () => tf.memory().numBytes - encoded,
  );
  const result: InspectedInput = {
    plugin: adapter.id,
    modality: adapter.modality,
    present: present.dataSync()[0] === 1,
    preview: items.length > 0 ? await previewOf(model, name, raw, context) : undefined,
    tokens: [tokens.valid.size, tokens.values.shape[2]!],
    aligned: [aligned.valid.size, aligned.values.shape[2]!],
    valid: [...aligned.valid.dataSync()],
    hidden: [...aligned.hidden.dataSync()],
    position: positionsOf(tokens.position),
    stages,
  };
  tf.dispose([tokens as never, aligned as never]);
  return result;
}

/** Runs a stage and notes how long it took and how many bytes it left. */
async function timed<T>(
  stages: InspectedInput['stages'][number][],
  stage: string,
  run: () => Promise<T>,
  bytes: (result: T) => number,
): Promise<T> {
  const began = performance.now();
  const result = await run();
  stages.push({ stage, milliseconds: performance.now() - began, bytes: bytes(result) } as never);
  return result;
}

function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value as Record<string, unknown | HostArray>).reduce<number>(
    (sum, part) => sum + sizeOf(part),
    0,
  );
}

function positionsOf(position: Position): InspectedInput['position'] {
  const known = Object.entries(position).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  return Object.fromEntries(known.map(([name, tensor]) => [name, rows([...tensor.dataSync()], tensor.shape[2])]));
}

function rows(values: number[], width: number | undefined): number[] | number[][] {
  if (width === undefined) return values;
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
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
        regions: rows(values(head, 'regionBoxes'), 4),
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
