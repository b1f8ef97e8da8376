import { performance } from 'node:perf_hooks';
import type { Sample } from '@modalkit/contract';
import type { BatchPlan } from './batch-plan.js';
import type { HostBatch } from './host-batch.js';
import type { Runner } from './runner.js';

export interface StreamOptions {
  /** First step. */
  readonly from: number;
  /** The step after the last. */
  readonly to: number;
  readonly training: boolean;
}

/** A batch and the step it is for. */
export interface StepOfData {
  readonly step: number;
  readonly epoch: number;
  readonly batch: HostBatch;
}

/** Batches in the order of their steps, made ahead of being asked for. */
export interface BatchStream extends AsyncIterable<StepOfData> {
  /** Milliseconds that the consumer has waited so far. */
  readonly waitedMs: number;
}

/** Starts making batches at once, at most `ahead` that nobody has taken. */
export function streamBatches(
  runner: Runner,
  samples: readonly Sample[],
  plan: BatchPlan,
  { from, to, training, ahead, seed }: StreamOptions & { readonly ahead: number; readonly seed: number },
): BatchStream {
  const queue: { step: number; epoch: number; batch: Promise<HostBatch> }[] = [];
  let next = from;
  let waitedMs = 0;
  const fill = (): void => {
    while (queue.length < ahead && next < to) {
      const { rows, bucket, epoch, step } = plan.drawBatch(next++);
      const chosen = rows.map((row) => (row < 0 ? null : samples[row]!));
      const job = { kind: 'batch', samples: chosen, bucket, seed, step, training, failed: {} } as const;
      const batch = runner.run(job) as Promise<HostBatch>;
      batch.catch(() => {}); // it is awaited, and its error thrown, when its turn comes
      queue.push({ step, epoch, batch });
    }
  };
  fill();
  return {
    get waitedMs() {
      return waitedMs;
    },
    async *[Symbol.asyncIterator]() {
      for (let entry = queue.shift(); entry; entry = queue.shift()) {
        const started = performance.now();
        const batch = await entry.batch;
        waitedMs += performance.now() - started;
        fill();
        yield { ...entry, batch };
      }
    },
  };
}
