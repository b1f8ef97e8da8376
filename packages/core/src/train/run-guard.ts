import { ModalkitError, type RunEvent } from '@modalkit/contract';
import type { Blame } from './find-blame.js';
import { LossGuard } from './loss-guard.js';
import type { Spike, SpikeState } from './loss-spike.js';
import type { StepResult } from './run-step.js';
import type { TrainOptions } from './train-options.js';

type Note = Extract<RunEvent, { kind: 'notice' }>;

/** What a guard needs of a run. */
export interface GuardedRun {
  report(event: Note): void;
  /** Puts the newest checkpoint's weights and moments in place; its step, or undefined when there is none. */
  restore(): Promise<number | undefined>;
}

/** Watches the steps of a run: tells what was skipped and what jumped, goes back, or ends the run. */
export class RunGuard {
  private readonly guard: LossGuard;
  private readonly run: GuardedRun;
  private last: ModalkitError | undefined;

  constructor(options: TrainOptions['guards'], saved: SpikeState | undefined, run: GuardedRun) {
    this.guard = new LossGuard(options, saved);
    this.run = run;
  }

  /** @param step counted from 1 @throws ModalkitError LOSS when going on makes no sense */
  async after(step: number, { values, blame, samples }: StepResult): Promise<void> {
    const verdict = this.guard.judge(values.loss!, blame === undefined);
    if (verdict.kind === 'good') {
      if (verdict.spike) this.tellOfSpike(step, verdict.spike, samples);
      return;
    }
    this.last = lossError(step, blame!);
    if (verdict.kind === 'stop') throw this.last;
    const { objective, inputs } = blame!;
    const guard = { did: 'skipped', objective, inputs, samples: blame!.samples } as const;
    this.run.report({ kind: 'notice', step, message: `${sentenceOf(step, blame!)}; the update was skipped.`, guard });
    if (verdict.kind === 'rollBack') await this.goBack(step);
  }

  /** The last step was finite: its weights may be saved. */
  get calm(): boolean {
    return this.guard.calm;
  }

  get state(): SpikeState | undefined {
    return this.guard.state;
  }

  /** @param committed something is saved @throws ModalkitError LOSS when the last steps of a run were bad and nothing helped */
  atEnd(committed: boolean): void {
    if (!this.guard.calm && (this.guard.helpless || !committed)) throw this.last!;
  }

  private async goBack(step: number): Promise<void> {
    const back = await this.run.restore();
    if (back === undefined) throw this.last!;
    const message = `After ${this.guard.patience} such steps in a row the weights went back to those of step ${back}; the run goes on with the next samples.`;
    this.run.report({ kind: 'notice', step, message, guard: { did: 'rolledBack' } });
  }

  private tellOfSpike(step: number, { loss, median, deviations }: Spike, samples: readonly string[]): void {
    const message = `Step ${step}: the loss jumped to ${short(loss)}, ${deviations.toFixed(0)} robust deviations above the running median ${short(median)} (samples ${some(samples)}).`;
    this.run.report({ kind: 'notice', step, message, guard: { did: 'sawSpike', samples } });
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function lossError(step: number, blame: Blame): ModalkitError {
  const { term, inputs, samples } = blame;
  return new ModalkitError(
    'LOSS',
    `${sentenceOf(step, blame)}; the weights were left as they were. Lower train.learningRate, or look at these samples.`,
    { term, inputs, samples },
  );
}

/** Who is to blame, without an end. */
function sentenceOf(step: number, { term, objective, by, inputs, samples }: Blame): string {
  const what = term ?? (objective ? `the gradient of ${objective}` : 'the gradient');
  return `Step ${step}: ${what} is not finite${by ? `, by ${by}` : ''} (inputs ${inputs.join(', ')}; samples ${some(samples)})`;
}

function some(samples: readonly string[]): string {
  return samples.slice(0, 5).join(', ') + (samples.length > 5 ? ', …' : '');
}
