import type { Measured } from './metric.js';
import type { Quarantined } from './sample.js';

/** What happens in a run, as it happens. */
export type RunEvent =
  | {
      readonly kind: 'start';
      readonly step: number;
      readonly steps: number;
      readonly backend: string;
      readonly folder: string;
      readonly resumed: boolean;
    }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      /** `loss`, `loss/<objective>/<term>`, `gradientNorm`, `learningRate`, `logitScale/<objective>`, … */
      readonly values: Readonly<Record<string, number>>;
      readonly samplesPerSecond: number;
      readonly etaSeconds: number;
      /** Share of wall time the step waited for data, 0..1. */
      readonly dataWaitShare: number;
      readonly rssMb: number;
    }
  | {
      readonly kind: 'evaluation';
      readonly step: number;
      readonly split: string;
      readonly values: Readonly<Record<string, Measured>>;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly folder: string }
  | { readonly kind: 'quarantine'; readonly sample: Quarantined }
  | { readonly kind: 'progress'; readonly task: string; readonly done: number; readonly total: number }
  | {
      readonly kind: 'notice';
      readonly message: string;
      /** The step it is about. */
      readonly step?: number;
      /** What the message says, for programs, where a guard gives it. */
      readonly guard?: GuardNote;
    }
  | { readonly kind: 'end'; readonly step: number; readonly reason: 'finished' | 'stopped' | 'failed' };

/** What a guard of a run did, and whom it blames. */
export interface GuardNote {
  /** An update was skipped, the weights went back to a checkpoint, a loss jumped, or memory ran out and microbatches were halved. */
  readonly did: 'skipped' | 'rolledBack' | 'sawSpike' | 'halved';
  /** Samples that go through the model at once from now on. */
  readonly microbatch?: number;
  /** By name in the config. */
  readonly objective?: string;
  readonly inputs?: readonly string[];
  /** Ids. */
  readonly samples?: readonly string[];
}

/** Follows a run: a console, a log, a dashboard. Must not throw. */
export interface Reporter {
  readonly id: string;
  report(event: RunEvent): void;
  close?(): void | Promise<void>;
}
