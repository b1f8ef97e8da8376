import { findNative, selectBackend } from '@modalkit/backend';
import { createModel, createRuntime, fitAdapters, loadDataset, type StepBatch, stepBatch } from '@modalkit/core';
import { openLoader } from '@modalkit/core/training';
import { expect, it } from 'vitest';
import { capturedModel, expectSameStep } from './captured-run.js';
import { gappySamples, tinyDigits } from './digits-model.js';
import { memory } from './memory.js';

const native = await findNative();
const STEPS = process.env.MODALKIT_FULL ? 50 : 3;
const BATCH = 16;

/** The tiny model of samples with gaps; batches as the trainer's plan draws them, and of the same samples whole. */
async function open() {
  const data = { source: memory(await gappySamples(64)), batch: BATCH, workers: 0, cache: false as const };
  const runtime = createRuntime(tinyDigits({ data }), { folder: '/' });
  const dataset = await loadDataset(runtime);
  const states = await fitAdapters(runtime, dataset.samples, dataset.root);
  const loader = openLoader(runtime, states, dataset.root);
  const split = (await loader.scan(dataset, { splits: ['train'] })).splits.train!;
  const backend = await selectBackend();
  const run = capturedModel(createModel(runtime, backend, states), () => Promise.reject(new Error('from the plan')));
  const plan = loader.plan(split, { training: true });
  async function* batches(): AsyncGenerator<{ readonly packed: StepBatch; readonly whole: StepBatch }> {
    for await (const { step, batch } of loader.batches(split, plan, { from: 0, to: STEPS, training: true })) {
      const whole = await loader.batchOf(plan.drawBatch(step).rows.map((row) => split.samples[row]!));
      const [ours, all] = [batch, whole].map((host) => stepBatch(backend.tf, host, 0, step));
      yield { packed: ours!, whole: all! };
    }
    await loader.close();
  }
  return { run, batches };
}

it.runIf(native)(
  'batches of a plan are packed: captured, a step is the eager one and that of the whole batch',
  async () => {
    const { run, batches } = await open();
    for await (const { packed, whole } of batches()) {
      expect(packed.inputs.picture!.rows!.shape[0]).toBeLessThan(BATCH);
      expect(packed.inputs.picture!.arrays.valid.shape[0]).toBe(packed.inputs.picture!.rows!.shape[0]);
      expect(whole.inputs.picture!.rows).toBeUndefined();
      // At a rate of 0 no weight changes.
      const { loss } = run.step('eager', [whole], 0);
      expect(Math.abs(run.step('captured', [packed], 0).loss! - loss!)).toBeLessThan(1e-5 * loss!);
      expectSameStep(run, [packed]);
    }
    expect(run.notices).toEqual([]);
    // One set of shapes for all steps, but for buckets of length.
    expect(run.ready.info().graphs.length).toBeLessThanOrEqual(3);
    expect(run.ready.info().mode).toBe('captured');
  },
);
