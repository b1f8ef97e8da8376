import type { Backend, Preview, ProgramInfo, Reporter, Tf } from '@modalkit/contract';
import type { FollowedSample } from '@modalkit/toolkit';
import type { Runtime } from '../compose/index.js';
import type { EvaluationResult } from './evaluate.js';

/** A run: a project, a backend and the folder that holds everything the run makes. */
export interface RunOptions {
  readonly runtime: Runtime;
  readonly backend: Backend;
  /** Run folder: checkpoints, metrics.jsonl, TensorBoard events, run.json, evaluation.json, by-sample.json, quarantine.jsonl. */
  readonly folder: string;
  readonly reporters?: readonly Reporter[];
  /** Finishes the step under way, commits and returns. */
  readonly signal?: AbortSignal;
  /** Checks, before the first step, that the backend has every kernel that the project's step needs. */
  readonly preflight?: Preflight;
  /** Seconds that set-up took before, for the report. */
  readonly setupSeconds?: number;
}

/** What a check of kernels needs: a backend that has them all, and a look at the one that will run. */
export interface Preflight {
  /** Plain JS. */
  backend(): Backend | Promise<Backend>;
  /** Names of the kernels that a function runs. */
  record(tf: Tf, run: () => void): { readonly kernels: Iterable<string> };
  /** Those that the current backend lacks. */
  missing(kernels: Iterable<string>, tf: Tf): readonly string[];
}

export interface TrainResult {
  readonly reason: 'finished' | 'stopped';
  readonly step: number;
  readonly evaluation?: EvaluationResult;
  readonly quarantined: number;
  /** Seconds of the training loop, all starts of the run together. */
  readonly trainSeconds: number;
  /** Seconds from the call to the first step. */
  readonly firstStepSeconds: number;
  /** The most memory that the process has held since it began, in MB: in set-up, within a step and in evaluation too. */
  readonly peakRssMb: number;
  /** Numbers in all weights of the model. */
  readonly parameters: number;
  /** What ran captured as a static graph and what did not, by name: `training step`, `evaluation`. */
  readonly programs: Readonly<Record<string, ProgramInfo>>;
}

/** One sample on its way through the model. */
export interface Inspection {
  readonly id: string;
  readonly inputs: Readonly<Record<string, InspectedInput>>;
  /** Spans of the fused sequence by name, with how many of their tokens are valid. */
  readonly fused?: {
    readonly length: number;
    readonly width: number;
    readonly spans: Readonly<Record<string, { start: number; end: number; valid: number }>>;
  };
  /** Where each `locate` head looks. */
  readonly looks: Readonly<Record<string, InspectedLook>>;
}

/** Places are in 0..1 of the picture, to the right and downwards. */
export interface InspectedLook {
  /** Share of the attention of each region, and its edges: left, top, right, bottom. */
  readonly attention: readonly number[];
  readonly regions: readonly (readonly number[])[];
  readonly point: readonly number[];
  readonly box: readonly number[];
}

export interface InspectedInput extends Omit<FollowedSample, 'values' | 'pooled'> {
  readonly plugin: string;
  readonly modality: string;
  readonly present: boolean;
  readonly preview?: Preview;
}
