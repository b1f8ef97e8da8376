import type { DataProject, States } from './data-project.js';
import type { PackedError } from './failure.js';
import { HOOKS, type HookPlace } from './hook-guard.js';
import type { Job, JobResult } from './runner.js';

/** What a worker is started with. */
export interface WorkerStart {
  readonly configPath: string;
  /** Module whose `loadProject` composes the config; core's own when left out. */
  readonly loader?: string;
  /** Resolved in the main thread, command-line overrides included. */
  readonly data: DataProject['data'];
  readonly states: States;
  readonly root: string;
  /** `inputKey` of each input as the main thread composed it. */
  readonly keys: Readonly<Record<string, string>>;
  /** Folder in which threads leave marks of their hooks for another process. */
  readonly marks?: string;
  /** `STATUS_LENGTH` int32 that the worker writes and the pool reads. */
  readonly status: SharedArrayBuffer;
}

export interface ToWorker {
  readonly id: number;
  readonly job: Job;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  /** The config cannot be composed there. */
  | { readonly kind: 'unusable'; readonly error: PackedError }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PackedError };

/** What a worker is at: the calls it has begun, the hook + 1 (0 = in none), the row, the input's number, the job. */
const CALLS = 0;
const HOOK = 1;
const ROW = 2;
const INPUT = 3;
const JOB = 4;
export const STATUS_LENGTH = 5;

export function noteJob(status: Int32Array, id: number): void {
  Atomics.store(status, JOB, id);
}

export function noteCall(status: Int32Array, { hook, row, input }: HookPlace, inputs: readonly string[]): void {
  Atomics.add(status, CALLS, 1);
  Atomics.store(status, ROW, row);
  Atomics.store(status, INPUT, inputs.indexOf(input));
  Atomics.store(status, HOOK, HOOKS.indexOf(hook) + 1);
}

export function noteReturn(status: Int32Array): void {
  Atomics.store(status, HOOK, 0);
}

/** The call that a worker is in, or undefined. */
export function currentCall(
  status: Int32Array,
  inputs: readonly string[],
): (HookPlace & { readonly job: number; readonly call: number }) | undefined {
  const hook = HOOKS[Atomics.load(status, HOOK) - 1];
  if (!hook) return undefined;
  const at = (place: number): number => Atomics.load(status, place);
  return { hook, row: at(ROW), input: inputs[at(INPUT)]!, job: at(JOB), call: at(CALLS) };
}
