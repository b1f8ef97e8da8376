import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sample } from '@modalkit/contract';
import type { Draw } from './batch-plan.js';
import type { HostBatch } from './host-batch.js';
import type { Runner } from './runner.js';

/** Steps over which waiting is measured. */
const MEASURED = 16;
/** Share of the time that steps may wait for batches before the runner is to grow. */
const MOST_WAITED = 0.1;
/** Share of the waiting for a batch that is left at most where growing has helped. */
const HELPED = 0.8;

export interface StreamOptions {
  /** First step. */
  readonly from: number;
  /** The step after the last. */
  readonly to: number;
  readonly training: boolean;
  /** Inputs that are made; all of them when left out. */
  readonly inputs?: readonly string[];
}

/** Which samples each step sees; where no shape is stated, it is just what they need. */
export interface StreamPlan {
  drawBatch(step: number): Pick<Draw, 'step' | 'epoch' | 'rows'> & Partial<Draw>;
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
  plan: StreamPlan,
  { from, to, training, inputs, ahead, seed }: StreamOptions & { readonly ahead: number; readonly seed: number },
): BatchStream {
  const queue: { step: number; epoch: number; batch: Promise<HostBatch> }[] = [];
  let next = from;
  let waitedMs = 0;
  const fill = (): void => {
    while (queue.length < ahead && next < to) {
      const { rows, bucket, epoch, step } = plan.drawBatch(next++);
      const chosen = rows.map((row) => (row < 0 ? null : samples[row]!));
      const job = { kind: 'batch', samples: chosen, bucket, inputs, seed, step, training, failed: {} } as const;
      const batch = runner.run(job) as Promise<HostBatch>;
      batch.catch(() => {}); // it is awaited, and its error thrown, when its turn comes
      queue.push({ step, epoch, batch });
    }
  };
  const review = training ? waitReview(runner) : () => undefined;
  fill();
  return {
    get waitedMs() {
      return waitedMs;
    },
    async *[Symbol.asyncIterator]() {
      for (let entry = queue.shift(); entry; entry = queue.shift()) {
        // Batches that are ready, or come from workers many at once, follow each other without the event loop: no signal would be heard.
        await nextTurn();
        const started = performance.now();
        const batch = await entry.batch;
        waitedMs += performance.now() - started;
        review(waitedMs);
        fill();
        yield { ...entry, batch };
      }
    },
  };
}

/** Has the runner grow while steps wait for batches, as long as that helps. To be called with each batch. */
function waitReview(runner: Runner): (waitedMs: number) => void {
  let [batches, began, waitedBefore, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
  return (waitedMs) => {
    // The first batch waits for the workers to start: time is taken from then on.
    if (batches++ % MEASURED > 0) return;
    const now = performance.now();
    const [waited, taken] = [waitedMs - waitedBefore, now - began];
    const measured = batches > 1;
    [began, waitedBefore] = [now, waitedMs];
    if (!measured || waited <= MOST_WAITED * taken || waited >= HELPED * least) return;
    least = waited;
    runner.grow?.();
  };
}
