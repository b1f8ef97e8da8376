import type { LiveEvent, Plugin } from '@modalkit/contract';

/** What the author of a modality gives to have it judged. */
export interface AdapterCase {
  /** Made by the package's own factory, small: the kit trains nothing, but it computes on plain JS. */
  readonly plugin: Plugin;
  /** Raw samples, at least three that differ; of different lengths where samples may have them. */
  readonly samples: readonly unknown[];
  /** Folder that files named in samples are relative to. */
  readonly folder?: string;
  /** Further options that the factory must refuse. */
  readonly wrongOptions?: readonly unknown[];
  /** Where a worker thread finds the factory: JavaScript, so a build. */
  readonly worker?: WorkerModule;
  /** For an adapter that supports streaming: a sample and the same as live events. */
  readonly live?: LiveCase;
  readonly budget?: Budget;
}

export interface WorkerModule {
  readonly module: string | URL;
  /** Name that the module exports the factory under. */
  readonly factory: string;
  readonly options?: readonly unknown[];
}

export interface LiveCase {
  readonly sample: unknown;
  readonly events: readonly LiveEvent[];
}

/** What the author promises of this plugin with these samples, on plain JS. */
export interface Budget {
  /** Milliseconds to prepare one sample, the median. */
  readonly prepareMs?: number;
  /** Bytes of one prepared sample as the cache keeps it, the largest. */
  readonly preparedBytes?: number;
  /** Milliseconds to mask, encode and align a batch of all samples, the best of three. */
  readonly stepMs?: number;
  /** Bytes that tensors hold at most while that is done. */
  readonly stepBytes?: number;
}
