import type { Sample } from '@modalkit/contract';
import { balanceGroups } from './balance-groups.js';
import { type BatchPlan, batchPlan, bucketOf } from './batch-plan.js';
import { type BatchStream, type StreamOptions, streamBatches } from './batch-stream.js';
import type { DataProject, States } from './data-project.js';
import type { HostBatch } from './host-batch.js';
import type { LoadedDataset } from './load-dataset.js';
import { openRunner } from './open-runner.js';
import type { ScannedSample } from './scan-chunk.js';
import { type Scan, type ScannedSplit, type ScanOptions, scanSamples, sizesOf } from './scan-samples.js';
import type { WorkerCode } from './worker-pool.js';

export interface LoaderOptions {
  /** Ends all work with a STOPPED error. */
  readonly signal?: AbortSignal;
  /** Called once for each message. */
  readonly onNotice?: (message: string) => void;
  /** Other code for the workers than the built package's. */
  readonly workerCode?: WorkerCode;
}

/** Makes batches of a project's samples. Close it when done. */
export interface Loader {
  /** @see scanSamples */
  scan(dataset: LoadedDataset, options?: ScanOptions): Promise<Scan>;
  /** @param options `most` samples a batch, where `data.batch` is larger */
  plan(split: ScannedSplit, options: { readonly training: boolean; readonly most?: number }): BatchPlan;
  batches(split: ScannedSplit, plan: BatchPlan, options: StreamOptions): BatchStream;
  /** One batch of just these samples, without augmentation, measured on the way: for a query or an inspection. */
  batchOf(samples: readonly Sample[]): Promise<HostBatch>;
  close(): Promise<void>;
}

/** @param root absolute folder that samples' paths are taken from */
export function openLoader(project: DataProject, states: States, root: string, options: LoaderOptions = {}): Loader {
  const told = new Set<string>();
  const notice = (message: string): void => {
    if (!told.has(message)) options.onNotice?.(message);
    told.add(message);
  };
  const runner = openRunner(project, states, root, notice, options.workerCode);
  const stop = (): void => void runner.close();
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  const { batch, ahead, buckets, balance } = project.data;
  const { seed } = project;
  const plan: Loader['plan'] = ({ samples, sizes }, { training, most = batch }) => {
    const groups = training && balance !== undefined ? balanceGroups(balance, project.targets, samples) : undefined;
    const plan = { count: samples.length, batch: Math.min(batch, most), seed, training, sizes, buckets, groups };
    return batchPlan(plan);
  };
  return {
    scan: (dataset, scan) => scanSamples(project, dataset, states, runner, notice, scan),
    plan,
    batches: ({ samples }, drawn, stream) => streamBatches(runner, samples, drawn, { ...stream, ahead, seed }),
    async batchOf(samples) {
      const scanned = (await runner.run({ kind: 'scan', samples, failed: {} })) as readonly ScannedSample[];
      const sizes = sizesOf(
        project,
        scanned.map((one) => ('size' in one ? one.size : {})),
      );
      const bucket = bucketOf([...samples.keys()], { sizes, buckets });
      return runner.run({
        kind: 'batch',
        samples,
        bucket,
        seed,
        step: 0,
        training: false,
        failed: {},
      }) as Promise<HostBatch>;
    },
    async close() {
      options.signal?.removeEventListener('abort', stop);
      await runner.close();
    },
  };
}
