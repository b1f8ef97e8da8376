import type { Sample } from '@modalkit/contract';
import { balanceGroups } from './balance-groups.js';
import { type BatchPlan, batchPlan } from './batch-plan.js';
import { type BatchStream, type StreamOptions, streamBatches } from './batch-stream.js';
import type { DataProject, States } from './data-project.js';
import type { HostBatch } from './host-batch.js';
import type { LoadedDataset } from './load-dataset.js';
import { openRunner } from './open-runner.js';
import { type Scan, type ScannedSplit, type ScanOptions, scanSamples } from './scan-samples.js';
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
  /** Batches of samples that no scan has looked at, in their order: of one input alone, the last one padded. */
  batchesOf(samples: readonly Sample[], input: string, batch: number): BatchStream;
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
    batchesOf: (samples, input, size) => {
      const rowOf = (at: number) => (at < samples.length ? at : -1);
      const drawBatch = (step: number) => {
        const rows = Array.from({ length: size }, (_, row) => rowOf(step * size + row));
        return { step, epoch: 0, rows };
      };
      const stream = { from: 0, to: Math.ceil(samples.length / size), training: false, inputs: [input] };
      return streamBatches(runner, samples, { drawBatch }, { ...stream, ahead, seed });
    },
    batchOf: (samples) =>
      runner.run({ kind: 'batch', samples, seed, step: 0, training: false, failed: {} }) as Promise<HostBatch>,
    async close() {
      options.signal?.removeEventListener('abort', stop);
      await runner.close();
    },
  };
}
