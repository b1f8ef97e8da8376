/** Losses that the running median is of, and how many of them there must be before a loss is judged. */
const WINDOW = 64;
const ENOUGH = 32;
/** The standard deviation of a normal distribution in its median absolute deviations. */
const NORMAL = 1.4826;
/** The least spread that is assumed, as a share of the first median: a late loss that is tiny and uneven is no alarm. */
const LEAST = 0.05;

/** What finding spikes remembers. */
export interface SpikeState {
  readonly recent: readonly number[];
  /** Size of the first median. */
  readonly level?: number;
}

/** How far a loss stands out. */
export interface Spike {
  readonly loss: number;
  readonly median: number;
  /** Robust standard deviations above the median. */
  readonly deviations: number;
}

/**
 * Finds losses that jump: more than `limit` robust standard deviations above the median of the last 64, by the median absolute
 * deviation (Hampel 1974), which a spike itself hardly moves.
 */
export class SpikeWatch {
  private readonly limit: number;
  private recent: number[];
  private level: number | undefined;

  constructor(limit: number, { recent, level }: SpikeState = { recent: [] }) {
    this.limit = limit;
    this.recent = [...recent];
    this.level = level;
  }

  /** Takes the next loss. */
  note(loss: number): Spike | undefined {
    const found = this.recent.length < ENOUGH ? undefined : this.judge(loss);
    this.recent = [...this.recent, loss].slice(-WINDOW);
    return found;
  }

  get state(): SpikeState {
    return { recent: this.recent, ...(this.level === undefined ? {} : { level: this.level }) };
  }

  private judge(loss: number): Spike | undefined {
    const middle = median(this.recent);
    this.level ??= Math.abs(middle);
    const own = NORMAL * median(this.recent.map((one) => Math.abs(one - middle)));
    const deviations = (loss - middle) / Math.max(own, LEAST * this.level, Number.MIN_VALUE);
    return deviations > this.limit ? { loss, median: middle, deviations } : undefined;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}
