import { jsBackend } from '@modalkit/backend/js';
import {
  ADAPTER,
  type Adapter,
  type Aligned,
  type BatchTensors,
  type HostArrays,
  type HostContext,
  type Tensor,
  type Tf,
  type Tokens,
} from '@modalkit/contract';
import { createTestModel, fitState, type TestModel, tensorsOf, testHostContext } from '@modalkit/toolkit/testing';
import type { AdapterCase } from './adapter-case.js';
import { offFirstValues } from './off-first-values.js';
import { broken, sayOf } from './promised.js';
import { type Provided, providedBy } from './provided-by.js';

export type Model = TestModel<unknown>;

/** An adapter made ready as a run would: validated and prepared samples, what it has learnt, models on plain JS. */
export interface AdapterBench {
  readonly given: AdapterCase;
  readonly adapter: Adapter;
  readonly part: Adapter;
  readonly provided: Provided;
  readonly tf: Tf;
  readonly state: unknown;
  readonly raw: readonly unknown[];
  readonly prepared: readonly unknown[];
  /** Tokens that the longest sample needs; 0 without `length`. */
  readonly length: number;
  /** What `prepare` is given. */
  readonly host: HostContext;
  /** What all other host-side hooks are given. */
  readonly fitted: HostContext;
  /** In evaluation; its weights are off their first values, that no bias of 0 hides a leak. */
  readonly model: Model;
  /** A model like it, of variables and first values of its own. */
  newModel(seed?: number): Model;
  collate(rows: readonly (unknown | undefined)[], length?: number): HostArrays;
  /** Collated samples as tensors. */
  batch(rows: readonly (unknown | undefined)[], length?: number): BatchTensors;
  /** Encode and align; nothing is hidden when `hidden` is left out. */
  run(arrays: BatchTensors, hidden?: Tensor, model?: Model): { readonly tokens: Tokens; readonly aligned: Aligned };
}

/** The one adapter of a plugin. @throws ModalkitError PLUGIN */
export function adapterOf(provided: Provided): Adapter {
  return provided.get(ADAPTER) ?? broken('The plugin provides no adapter: call scope.provide(ADAPTER, …) in setup.');
}

/** @throws ModalkitError PLUGIN that names the hook that failed on the way */
export async function openAdapterBench(given: AdapterCase): Promise<AdapterBench> {
  if (!given.samples) broken('Give `samples`: at least three raw samples that differ.');
  const { tf } = await jsBackend();
  const provided = providedBy(given.plugin, 'inputs/tried');
  const adapter = adapterOf(provided);
  const contextOf = <S>(state: S) => testHostContext('tried', given.folder ?? process.cwd(), state);
  const raw = await stage('sample', () => Promise.all(given.samples.map((sample) => accepted(adapter, sample))));
  // Copies, that `raw` is as it came even when a hook writes into its samples.
  const state = await stage('fit', () => fitState(adapter, structuredClone(raw), contextOf(undefined)));
  const host = contextOf(adapter.fitPrepared ? undefined : state);
  const prepared = await stage('prepare', () =>
    Promise.all(structuredClone(raw).map((sample) => adapter.prepare(sample, host))),
  );
  const lengths = prepared.map((each) => adapter.length?.(each) ?? 0);
  checkSamples(given, adapter, lengths);
  const newModel: AdapterBench['newModel'] = (seed) => {
    const model = createTestModel({ tf, state, training: false, seed });
    adapter.init(model.init);
    offFirstValues(tf, model.weights);
    return model;
  };
  const model = await stage('init', async () => newModel());
  const fitted = contextOf(state);
  const collate: AdapterBench['collate'] = (rows, length = Math.max(...lengths)) =>
    adapter.collate(rows, { batch: rows.length, length }, fitted);
  return {
    ...{ given, adapter, part: adapter, provided, tf, state, raw, prepared, host, fitted, model, newModel, collate },
    length: Math.max(...lengths),
    batch: (rows, length) => tensorsOf(tf, collate(rows, length)),
    run: (arrays, hidden = tf.zerosLike(arrays.valid), { step } = model) => {
      const tokens = adapter.encode(arrays, { hidden }, step);
      return { tokens, aligned: adapter.align(tokens, step.space, step) };
    },
  };
}

async function accepted({ sample }: Adapter, raw: unknown): Promise<unknown> {
  const result = await sample['~standard'].validate(raw);
  if (!result.issues) return result.value;
  return broken(result.issues.map(({ message }) => message).join('; '));
}

async function stage<T>(hook: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    return broken(`${hook} fails on the samples that were given: ${sayOf(error)}`, error);
  }
}

function checkSamples({ samples }: AdapterCase, { length }: Adapter, lengths: readonly number[]): void {
  if (samples.length < 3) broken(`Give at least three samples; there are ${samples.length}.`);
  if (length && new Set(lengths).size === 1)
    broken(`The adapter has \`length\`, and all samples have ${lengths[0]} tokens: give some of different lengths.`);
}
