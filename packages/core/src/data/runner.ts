import type { HostBatch } from './host-batch.js';
import { type BatchJob, makeBatch } from './make-batch.js';
import { type ScanJob, type ScannedSample, scanChunk } from './scan-chunk.js';
import type { Workshop } from './workshop.js';

/** Work on samples, and what comes of it. */
export type Job = ({ readonly kind: 'batch' } & BatchJob) | ({ readonly kind: 'scan' } & ScanJob);
export type JobResult = HostBatch | readonly ScannedSample[];

/** Carries out jobs: in the main thread or in workers. */
export interface Runner {
  /** Jobs it can work on at once. */
  readonly width: number;
  run(job: Job): Promise<JobResult>;
  /** Adds to its width by one, where it may. */
  grow?(): void;
  close(): Promise<void>;
}

/** Carries out one job. */
export function runJob(workshop: Workshop, job: Job): Promise<JobResult> {
  return job.kind === 'batch' ? makeBatch(workshop, job) : scanChunk(workshop, job);
}
