import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNative, selectBackend } from '@modalkit/backend';
import type { Backend } from '@modalkit/contract';
import {
  createModel,
  createRuntime,
  fitAdapters,
  type HostBatch,
  jsonl,
  loadDataset,
  type Model,
  type ScannedSplit,
  stepBatch,
} from '@modalkit/core';
import { type Loader, openLoader } from '@modalkit/core/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostContext } from '../../packages/core/src/data/host-context.js';
import { embedRaw } from '../../packages/core/src/train/embed.js';
import { collect } from '../../packages/core/src/train/evaluate.js';
import { learningRate } from '../../packages/core/src/train/learning-rate.js';
import { type CapturedRun, capturedModel, expectSameStep, readState, relativeDifference } from './captured-run.js';
import { recipes } from './recipe-data.js';

const native = await findNative();
const full = Boolean(process.env.MODALKIT_FULL);
const RECIPES = fileURLToPath(new URL('../../recipes', import.meta.url));
const BATCH = full ? 16 : 4;
const STEPS = full ? 50 : 3;
/** Samples that are looked at. */
const SAMPLES = full ? 256 : 24;
/** As many as embedding captures its graph for. */
const CAPTURED_ROWS = 512;
const TIMEOUT = 1_800_000;
const names = full ? Object.keys(recipes) : ['grounding'];

describe.runIf(native).each(names)('%s, captured and operation by operation', { timeout: TIMEOUT }, (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-recipe-'));
  let backend: Backend;
  let open: (eager: boolean) => Model;
  let loader: Loader;
  let split: ScannedSplit;
  let root: string;
  beforeAll(async () => {
    const { config: load, make } = recipes[name]!;
    const source = jsonl({ path: await make(folder, SAMPLES) });
    backend = await selectBackend();
    const { default: config } = await load();
    const [captured, operations] = [false, true].map((eager) => {
      const data = { ...config.data, source, batch: BATCH, workers: 0, cache: false as const };
      return createRuntime({ ...config, data, train: { ...config.train, eager } }, { folder: join(RECIPES, name) });
    });
    const dataset = await loadDataset(captured!);
    root = dataset.root;
    const samples = dataset.samples.filter((sample) => sample.split === 'train').slice(0, SAMPLES);
    const states = await fitAdapters(captured!, samples, root);
    loader = openLoader(captured!, states, root);
    const scan = await loader.scan({ ...dataset, samples, rejected: [] }, { splits: ['train'] });
    split = scan.splits.train!;
    open = (eager) => createModel(eager ? operations! : captured!, backend, states);
  }, TIMEOUT);
  afterAll(async () => {
    await loader?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function* batches(training: boolean): AsyncGenerator<HostBatch & { rows: readonly number[] }> {
    const plan = loader.plan(split, { training });
    const to = training ? STEPS : plan.stepsPerEpoch;
    for await (const { step, batch } of loader.batches(split, plan, { from: 0, to, training }))
      yield { ...batch, rows: plan.drawBatch(step).rows };
  }

  it(`each of ${STEPS} steps from one state is the same within 1e-5; running free they end within 1e-3`, async () => {
    const { tf } = backend;
    const none = () => Promise.reject(new Error('batches come from the loader'));
    const [run, eager, captured] = [0, 1, 2].map(() => capturedModel(open(false), none)) as CapturedRun[];
    let step = 0;
    for await (const host of batches(true)) {
      const batch = stepBatch(tf, host, 0, step);
      const rate = learningRate(step++, run!.trainable.model.runtime.config.train);
      expectSameStep(run!, [batch], rate);
      eager!.step('eager', [batch], rate);
      const before = tf.memory().numTensors;
      captured!.step('captured', [batch], rate);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(batch as never);
    }
    expect(step).toBe(STEPS);
    expect(relativeDifference(readState(captured!), readState(eager!))).toBeLessThan(1e-3);
    for (const { ready, notices } of [run!, captured!]) expect([ready.info().mode, ...notices]).toEqual(['captured']);
    expect(eager!.ready.info().graphs).toEqual([]);
  });

  it('evaluation and embedding are the same within 1e-5', async () => {
    const [captured, eager] = [open(false), open(true)];
    const found = await collect(captured, split.samples, batches(false), true);
    const expected = await collect(eager, split.samples, batches(false), true);
    for (const kind of ['inputs', 'outputs'] as const)
      for (const [key, { rows }] of Object.entries(expected[kind]))
        expect(relativeDifference([found[kind][key]!.rows], [rows]), key).toBeLessThan(1e-5);
    for (const [input, { stateOf }] of Object.entries(captured.runtime.inputs)) {
      const there = split.samples.flatMap(({ inputs }) => (inputs[input] === undefined ? [] : [inputs[input]]));
      const raw = Array.from({ length: CAPTURED_ROWS }, (_, row) => there[row % there.length]);
      const context = hostContext(input, captured.states[stateOf], root, 64);
      const [vectors, same] = [
        await embedRaw(captured, input, raw, context),
        await embedRaw(eager, input, raw, context),
      ];
      expect(relativeDifference([vectors], [same]), input).toBeLessThan(1e-5);
    }
    expect(modesOf(captured)).toEqual(programs(captured, 'captured'));
    expect(modesOf(eager)).toEqual(programs(eager, 'eager'));
  });
});

/** How each program of a model runs. */
function modesOf({ programs }: Model): Record<string, string> {
  return Object.fromEntries(Object.entries(programs.info()).map(([program, { mode }]) => [program, mode]));
}

/** What evaluation and embedding are to have run as: what heads write is never captured, and no program. */
function programs({ runtime }: Model, mode: string): Record<string, string> {
  const writes = Object.values(runtime.metrics).some(({ written = [] }) => written.length > 0);
  const embeddings = runtime.inputNames.map((input) => [`embedding of ${input}`, mode]);
  return { ...(!writes && { evaluation: mode }), ...Object.fromEntries(embeddings) };
}
