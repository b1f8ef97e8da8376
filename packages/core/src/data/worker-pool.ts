import { ModalkitError, type Quarantined } from '@modalkit/contract';
import { markFolder } from '../compose/mark-file.js';
import type { DataProject, States } from './data-project.js';
import { placed, quarantine, unpackError } from './failure.js';
import type { Hook, HookPlace } from './hook-guard.js';
import type { Job, JobResult, Runner } from './runner.js';
import type { FromWorker, WorkerStart } from './worker-messages.js';
import { type Task, type WorkerEnd, WorkerSeat } from './worker-seat.js';
import { inputKey } from './workshop.js';

/** Tasks a worker holds: the one it works on and the next, so that it need not wait for the main thread. */
const HELD = 2;
/** Deaths before the first job after which a worker is not started again. */
const STARTS = 2;

const STAGES: Readonly<Record<Hook, Quarantined['stage']>> = {
  validate: 'validate',
  files: 'read',
  prepare: 'prepare',
  length: 'prepare',
  augment: 'augment',
  collate: 'collate',
};

/** Where the code of workers is. */
export interface WorkerCode {
  /** Built file of `worker.ts`. */
  readonly url: URL;
  /** Module with another `loadProject` than core's. */
  readonly loader?: string;
}

export interface PoolOptions {
  readonly code: WorkerCode;
  readonly notice: (message: string) => void;
  /** Workers at first. */
  readonly first: number;
  /** Workers that it may grow to. */
  readonly most: number;
}

/**
 * Carries out jobs in worker threads. A worker that a hook hangs or kills is replaced; the sample it was at is
 * quarantined and its job done again without it.
 */
export class WorkerPool implements Runner {
  width = 0;
  private most: number;
  private readonly seats = new Set<WorkerSeat>();
  private readonly queue: Task[] = [];
  private readonly start: Omit<WorkerStart, 'status'>;
  private readonly watch: NodeJS.Timeout;
  private failedStarts = 0;
  private ids = 0;
  private ended: ModalkitError | undefined;

  constructor(
    private readonly project: DataProject & { readonly configPath: string },
    states: States,
    root: string,
    private readonly options: PoolOptions,
  ) {
    const { configPath, data, inputs } = project;
    const keys = Object.fromEntries(Object.keys(inputs).map((name) => [name, inputKey(project, states, name)]));
    this.start = { configPath, loader: options.code.loader, data, states, root, keys, marks: markFolder() };
    this.most = options.most;
    while (this.width < options.first) this.widen();
    const period = Math.min(1000, data.timeLimit * 50);
    this.watch = setInterval(() => {
      for (const seat of this.seats) seat.watch(data.timeLimit);
    }, period);
    this.watch.unref();
  }

  run(job: Job): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.queue.push({ id: this.ids++, job, resolve, reject });
      this.deal();
    });
  }

  grow(): void {
    if (this.ended || this.width >= this.most) return;
    this.widen();
    this.deal();
  }

  async close(): Promise<void> {
    this.fail(new ModalkitError('STOPPED', 'Stopped before the batch was made.'));
    await Promise.all([...this.seats].map((seat) => seat.end('was stopped')));
  }

  private widen(): void {
    this.width++;
    this.seat();
  }

  private seat(): void {
    const events = {
      message: (seat: WorkerSeat, message: FromWorker) => this.hear(seat, message),
      end: (seat: WorkerSeat, end: WorkerEnd) => this.replace(seat, end),
    };
    this.seats.add(new WorkerSeat(this.options.code.url, this.start, events));
  }

  /** Hands queued tasks to the seats that hold the fewest; to those that are still starting only where none is ready. */
  private deal(): void {
    const ready = [...this.seats].filter((seat) => seat.ready);
    const seats = ready.length > 0 ? ready : [...this.seats];
    for (let held = 0; held < HELD; held++)
      for (const seat of seats) {
        if (seat.tasks.length > held) continue;
        const task = this.queue.shift();
        if (!task) return;
        seat.give(task);
      }
  }

  private hear(seat: WorkerSeat, message: FromWorker): void {
    if (message.kind === 'ready') {
      seat.ready = true;
      this.deal();
    } else if (message.kind === 'notice') this.options.notice(message.message);
    else if (message.kind === 'unusable') this.dismiss(seat, unpackError(message.error));
    else {
      const task = seat.take(message.id);
      if (message.kind === 'done') task?.resolve(message.result);
      else task?.reject(unpackError(message.error));
      this.deal();
    }
  }

  /** A worker has ended: its tasks go back to the head of the queue, the one at fault without the sample at fault. */
  private replace(seat: WorkerSeat, { call, reason, wasReady }: WorkerEnd): void {
    if (!this.seats.delete(seat) || this.ended) return;
    this.queue.unshift(...seat.tasks.splice(0).filter((task) => !this.blame(task, call, reason)));
    this.failedStarts = wasReady ? 0 : this.failedStarts + 1;
    if (this.failedStarts < STARTS) {
      this.seat();
      this.deal();
    } else {
      const { configPath } = this.project;
      const fix = 'mend it, or set data.workers to 0';
      this.dismiss(seat, new ModalkitError('PLUGIN', `${configPath} ${reason} while a worker loaded it; ${fix}.`));
    }
  }

  /** A worker cannot start: where others work, they go on without it. */
  private dismiss(seat: WorkerSeat, error: ModalkitError): void {
    this.seats.delete(seat);
    void seat.end('could not start');
    this.queue.unshift(...seat.tasks.splice(0));
    if ([...this.seats].some(({ ready }) => ready)) {
      this.failedStarts = 0;
      this.most = --this.width;
      this.options.notice(`A worker could not start, the others go on: ${error.message}`);
      this.deal();
    } else this.fail(error);
  }

  /** Notes the sample at fault in its job. True when there is none to note and the task has failed as a whole. */
  private blame(task: Task, call: WorkerEnd['call'], reason: string): boolean {
    if (call?.job !== task.id) return false;
    const error = this.faultOf(call, reason);
    const sample = task.job.samples[call.row];
    if (!sample) {
      task.reject(error);
      return true;
    }
    task.job = { ...task.job, failed: { ...task.job.failed, [call.row]: quarantine(sample.id, error) } };
    return false;
  }

  private faultOf({ input, hook }: HookPlace, reason: string): ModalkitError {
    const who = `plugin "${this.project.inputs[input]?.adapter.id}": ${hook}`;
    return placed(new ModalkitError('PLUGIN', reason), { input, stage: STAGES[hook], who });
  }

  private fail(error: ModalkitError): void {
    if (this.ended) return;
    this.ended = error;
    clearInterval(this.watch);
    for (const task of [...this.queue.splice(0), ...[...this.seats].flatMap((seat) => seat.tasks.splice(0))])
      task.reject(error);
  }
}
