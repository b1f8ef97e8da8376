/** One sample as a data source yields it, before any adapter has seen it. */
export interface Sample {
  readonly id: string;
  /** `train`, `test` or any other name; a source without splits leaves it out. */
  readonly split?: string;
  /** Samples of one group never end up in different splits. */
  readonly group?: string;
  /** Raw value of each input by its name; a name that is missing or null is absent; an array is a list of samples. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Target values by name. */
  readonly targets: Readonly<Record<string, unknown>>;
}

/** A sample taken out of a run, and why. */
export interface Quarantined {
  readonly id: string;
  /** The file or manifest line it came from, when known. */
  readonly file?: string;
  readonly input?: string;
  readonly stage: 'read' | 'validate' | 'prepare' | 'augment' | 'collate';
  readonly code: string;
  readonly reason: string;
}
