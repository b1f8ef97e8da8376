import { z } from 'zod';

/** The `data` section of a config. */
export const dataOptions = z.strictObject({
  /** Samples in a batch. */
  batch: z.int().min(1).max(65_536).default(64),
  /** Column of a class: in training every class is drawn as often as any other, samples without one as often as before. */
  balance: z.string().min(1).optional(),
  /**
   * Worker threads that prepare batches; 0 = in the main thread. `auto`: two at first, fewer on a machine of two processors, and more while steps
   * are measured to wait.
   */
  workers: z.union([z.literal('auto'), z.int().min(0).max(64)]).default('auto'),
  /** Batches prepared ahead of the step. */
  ahead: z.int().min(1).max(64).default(4),
  /** Token counts that batches are padded to; powers of two from 8 on when left out, and beyond the last one listed, up to the longest sample. */
  buckets: z.array(z.int().min(1)).min(1).optional(),
  /** Folder of prepared samples, from the config's folder; may be deleted at any time. False: none on disk. */
  cache: z.union([z.literal(false), z.string().min(1)]).default('.modalkit/cache'),
  /** MiB of prepared samples that each worker keeps in memory. */
  memory: z.number().min(0).default(256),
  /** Share of the samples that may be quarantined before the run stops, 0..1. */
  budget: z.number().min(0).max(1).default(0.01),
  /** Share of each split when no sample of the source states one; the rest is `train`. */
  split: z
    .record(z.string(), z.number().positive().lt(1))
    .refine((shares) => Object.values(shares).reduce((sum, share) => sum + share, 0) < 1, 'shares must sum to under 1')
    .default({ test: 0.1 }),
  /** Seconds that one hook of an adapter may take for one sample. */
  timeLimit: z.number().positive().default(60),
  /** MiB that one hook of an adapter may take in a worker; one that takes more is ended with its worker. */
  memoryLimit: z.number().min(64).default(2048),
  /** Largest file that a sample may name, in MiB. */
  fileLimit: z.number().positive().default(64),
});

export type DataOptions = z.output<typeof dataOptions>;
