import { type Spike, type SpikeState, SpikeWatch } from './loss-spike.js';
import type { TrainOptions } from './train-options.js';

/** What is to be done after a step. */
export type Verdict =
  | { readonly kind: 'good'; readonly spike?: Spike }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'rollBack' }
  | { readonly kind: 'stop' };

/**
 * Decides what follows from a step whose loss or gradient is not finite and which therefore changed nothing: going on, going back to
 * the last checkpoint after `patience` of them in a row, ending the run when `rollbacks` of these in a row didn't help.
 */
export class LossGuard {
  readonly patience: number;
  private readonly rollbacks: number;
  private readonly spikes: SpikeWatch | undefined;
  private bad = 0;
  private rolledBack = 0;

  constructor({ patience, rollbacks, spike }: TrainOptions['guards'], saved?: SpikeState) {
    this.patience = patience;
    this.rollbacks = rollbacks;
    this.spikes = spike === false ? undefined : new SpikeWatch(spike, saved);
  }

  judge(loss: number, finite: boolean): Verdict {
    if (finite) {
      this.bad = this.rolledBack = 0;
      return { kind: 'good', spike: this.spikes?.note(loss) };
    }
    this.bad += 1;
    if (this.bad < this.patience) return { kind: 'skipped' };
    if (this.rolledBack === this.rollbacks) return { kind: 'stop' };
    this.bad = 0;
    this.rolledBack += 1;
    return { kind: 'rollBack' };
  }

  /** The last step was finite: its weights may be saved. */
  get calm(): boolean {
    return this.bad + this.rolledBack === 0;
  }

  /** Going back has not helped so far. */
  get helpless(): boolean {
    return this.rolledBack > 0;
  }

  get state(): SpikeState | undefined {
    return this.spikes?.state;
  }
}
