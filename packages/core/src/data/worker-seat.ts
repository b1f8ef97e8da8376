import { Worker } from 'node:worker_threads';
import type { HookPlace } from './hook-guard.js';
import type { Job, JobResult } from './runner.js';
import { currentCall, type FromWorker, STATUS_LENGTH, type ToWorker, type WorkerStart } from './worker-messages.js';

/** Seconds that composing the config may take at least. */
const START_LIMIT = 60;
/** Exit code of a worker that found a hook to have taken more memory than it may. */
export const OUT_OF_MEMORY = 86;

/** A job on its way. */
export interface Task {
  readonly id: number;
  job: Job;
  resolve(result: JobResult): void;
  reject(error: unknown): void;
}

/** How a worker ended: in which call of which task, and why. */
export interface WorkerEnd {
  readonly call?: HookPlace & { readonly job: number };
  readonly reason: string;
  readonly wasReady: boolean;
}

export interface SeatEvents {
  message(seat: WorkerSeat, message: FromWorker): void;
  end(seat: WorkerSeat, end: WorkerEnd): void;
}

/** One worker thread, the tasks it holds, and a watch on how long it stays in one call. */
export class WorkerSeat {
  readonly tasks: Task[] = [];
  ready = false;
  private readonly worker: Worker;
  private readonly status: Int32Array;
  private readonly inputs: readonly string[];
  private seen = { call: 0, since: performance.now() };
  private reason: string | undefined;
  private ending: Promise<number> | undefined;

  constructor(url: URL, start: Omit<WorkerStart, 'status'>, events: SeatEvents) {
    const status = new SharedArrayBuffer(STATUS_LENGTH * 4);
    this.status = new Int32Array(status);
    this.inputs = Object.keys(start.keys);
    const { memory, memoryLimit } = start.data;
    this.worker = new Worker(url, {
      workerData: { ...start, status } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: memory + memoryLimit },
    });
    this.worker.unref();
    this.worker.on('message', (message: FromWorker) => events.message(this, message));
    this.worker.on('error', (error: unknown) => {
      this.reason ??= `ended its worker (${error instanceof Error ? error.message : String(error)})`;
    });
    this.worker.on('exit', (code) => {
      const cause = code === OUT_OF_MEMORY ? `took more than ${memoryLimit} MiB of memory` : undefined;
      const reason = cause ?? this.reason ?? `ended its worker (exit code ${code})`;
      events.end(this, { call: currentCall(this.status, this.inputs), reason, wasReady: this.ready });
    });
  }

  give(task: Task): void {
    this.tasks.push(task);
    this.worker.ref();
    this.worker.postMessage({ id: task.id, job: task.job } satisfies ToWorker);
  }

  /** The task of this id, no longer held. */
  take(id: number): Task | undefined {
    const index = this.tasks.findIndex((task) => task.id === id);
    const [task] = index < 0 ? [] : this.tasks.splice(index, 1);
    if (this.tasks.length === 0) this.worker.unref();
    return task;
  }

  /** Ends the worker when it has been in one call for more than `limit` seconds, or in starting for too long. */
  watch(callLimit: number): void {
    const limit = this.ready ? callLimit : Math.max(callLimit, START_LIMIT);
    const call = currentCall(this.status, this.inputs)?.call ?? (this.ready ? undefined : 0);
    const now = performance.now();
    if (call === undefined || call !== this.seen.call) this.seen = { call: call ?? -1, since: now };
    else if (now - this.seen.since > limit * 1000) void this.end(`did not return within ${limit} s`);
  }

  async end(reason: string): Promise<void> {
    this.reason ??= reason;
    this.ending ??= this.worker.terminate();
    await this.ending;
  }
}
