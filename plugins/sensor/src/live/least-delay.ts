/** A stretch of time and the packet in it that was delayed least. */
interface Bucket {
  readonly at: number;
  readonly offset: number;
}

const BUCKET_SECONDS = 1;
const BUCKET_PACKETS = 16;
const MOST_BUCKETS = 64;
/** Below so many buckets their offsets say too little about drift. */
const FEWEST_BUCKETS = 8;
/** No crystal is worse; a larger slope is not a clock's. */
const LARGEST_DRIFT = 1e-3;

/**
 * The offset of a clock whose readings come over a line that delays, as a line over time. No reading arrives before it was
 * taken, so the least delayed of every second tells the offset; a line through them by the median of slopes (Theil 1950,
 * Sen 1968) is moved by no stall. The least delay itself cannot be told from an offset and is taken as 0.
 */
export class LeastDelay {
  private buckets: Bucket[] = [];
  private started = Number.NaN;
  private packets = 0;
  private best: Bucket = { at: 0, offset: Number.POSITIVE_INFINITY };
  private level = Number.NaN;
  private reference = 0;
  /** Seconds that the offset grows in a second. */
  drift = 0;

  /** Forgets the level, not the drift: the crystal is still the same. */
  restart(): void {
    this.buckets = [];
    this.started = Number.NaN;
    this.level = Number.NaN;
  }

  /** @param at reading in seconds @param offset arrival minus reading */
  add(at: number, offset: number): void {
    if (Number.isNaN(this.started)) this.begin(at);
    if (this.leaned(at, offset) < this.leaned(this.best.at, this.best.offset)) this.best = { at, offset };
    this.packets++;
    if (at - this.started < BUCKET_SECONDS || this.packets < BUCKET_PACKETS) return;
    this.buckets.push(this.best);
    if (this.buckets.length > MOST_BUCKETS) this.buckets.shift();
    this.begin(at);
    this.fit();
  }

  /** The offset at a reading. */
  offset(at: number): number {
    const level = this.buckets.length > 0 ? this.level : Number.POSITIVE_INFINITY;
    const early =
      this.buckets.length < FEWEST_BUCKETS ? this.leaned(this.best.at, this.best.offset) : Number.POSITIVE_INFINITY;
    return Math.min(level, early) + this.drift * (at - this.reference);
  }

  private begin(at: number): void {
    this.started = at;
    this.packets = 0;
    this.best = { at, offset: Number.POSITIVE_INFINITY };
  }

  /** The offset with the drift taken out. */
  private leaned(at: number, offset: number): number {
    return offset - this.drift * (at - this.reference);
  }

  private fit(): void {
    const { buckets } = this;
    if (buckets.length >= FEWEST_BUCKETS) {
      this.reference = buckets[0]!.at;
      const slopes = buckets.flatMap((a, index) =>
        buckets.slice(index + 1).map((b) => (b.offset - a.offset) / (b.at - a.at)),
      );
      this.drift = Math.max(-LARGEST_DRIFT, Math.min(LARGEST_DRIFT, median(slopes)));
    }
    const levels = buckets.map(({ at, offset }) => this.leaned(at, offset));
    this.level = buckets.length < FEWEST_BUCKETS ? Math.min(...levels) : median(levels);
  }
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
