import { describe, expect, it } from 'vitest';
import { streamBatches } from '../../src/data/batch-stream.js';
import { batchPlan, type HostBatch } from '../../src/data/index.js';
import type { Runner } from '../../src/data/runner.js';

const samples = Array.from({ length: 8 }, (_, index) => ({ id: `s${index}`, inputs: {}, targets: {} }));
const plan = batchPlan({ count: 8, batch: 2, seed: 1, training: false, sizes: {} });

/** A runner that takes `delay` ms for each batch, or fails at one step, and keeps the steps it was asked for. */
function slowRunner(delay: number, failAt = -1): Runner & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    width: 1,
    async run(job) {
      if (job.kind !== 'batch') throw new Error('only batches here');
      asked.push(job.step);
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (job.step === failAt) throw new Error('torn');
      return {
        ids: job.samples.map((sample) => sample!.id),
        inputs: {},
        targets: {},
        quarantined: [],
      } satisfies HostBatch;
    },
    async close() {},
  };
}

describe('streamBatches', () => {
  it('asks for `ahead` batches at once and for one more as each is taken, in order', async () => {
    const runner = slowRunner(0);
    const stream = streamBatches(runner, samples, plan, { from: 1, to: 6, training: false, ahead: 2, seed: 1 });
    expect(runner.asked).toEqual([1, 2]);
    const seen: string[] = [];
    for await (const { step, epoch, batch } of stream) {
      seen.push(`${step} ${epoch} ${batch.ids}`);
      expect(runner.asked.length).toBe(Math.min(5, seen.length + 2));
    }
    expect(seen).toEqual(['1 0 s2,s3', '2 0 s4,s5', '3 0 s6,s7', '4 1 s0,s1', '5 1 s2,s3']);
  });

  it('counts the time its consumer waited, and none when the batches were ready', async () => {
    const options = { from: 0, to: 4, training: false, ahead: 4, seed: 1 };
    const slow = streamBatches(slowRunner(50), samples, plan, options);
    for await (const _ of slow);
    expect(slow.waitedMs).toBeGreaterThan(45);
    const ready = streamBatches(slowRunner(0), samples, plan, options);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for await (const _ of ready);
    expect(ready.waitedMs).toBeLessThan(slow.waitedMs / 2);
  });

  it('lets the event loop turn before each batch, though all are ready', async () => {
    const stream = streamBatches(slowRunner(0), samples, plan, { from: 0, to: 4, training: false, ahead: 4, seed: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    let turned = true;
    for await (const _ of stream) {
      expect(turned).toBe(true);
      turned = false;
      setImmediate(() => {
        turned = true;
      });
    }
  });

  it('throws an error at its step and not before', async () => {
    const stream = streamBatches(slowRunner(0, 2), samples, plan, {
      from: 0,
      to: 4,
      training: false,
      ahead: 4,
      seed: 1,
    });
    const seen: number[] = [];
    await expect(async () => {
      for await (const { step } of stream) seen.push(step);
    }).rejects.toThrow('torn');
    expect(seen).toEqual([0, 1]);
  });
});
