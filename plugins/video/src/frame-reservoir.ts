/** One decoded frame: 8-bit pixels and the second at which it appears. */
export interface TimedFrame {
  readonly pixels: Uint8Array;
  readonly time: number;
}

/**
 * Takes any number of frames and keeps at most `capacity` of them, evenly in time: when it is full, frames nearer to each
 * other than twice the mean spacing go. So memory does not grow with the clip, and its duration need not be known.
 */
export class FrameReservoir {
  private kept: TimedFrame[] = [];
  private spacing = 0;
  private first = 0;
  private last = Number.NEGATIVE_INFINITY;
  /** Frames that came. */
  seen = 0;

  constructor(private readonly capacity: number) {}

  /** Copies what it keeps. Frames come in the order of their times; one that is not later than the last is left out. */
  add(frame: TimedFrame): void {
    if (!(frame.time > this.last)) return;
    if (this.seen === 0) this.first = frame.time;
    this.last = frame.time;
    this.seen++;
    if (this.fits(frame)) this.kept.push({ pixels: frame.pixels.slice(), time: frame.time });
    if (this.kept.length <= this.capacity) return;
    this.spacing = (2 * (this.last - this.first)) / this.capacity;
    const full = this.kept;
    this.kept = [];
    for (const old of full) if (this.fits(old)) this.kept.push(old);
  }

  /** Mean seconds between two frames that came; 0 when there was but one. */
  get interval(): number {
    return this.seen < 2 ? 0 : (this.last - this.first) / (this.seen - 1);
  }

  private fits({ time }: TimedFrame): boolean {
    const before = this.kept.at(-1);
    return !before || time - before.time >= this.spacing;
  }

  /**
   * At most `count` different frames: the clip is cut into as many equal parts, and each gives the frame nearest to its
   * middle (segments of TSN, Wang et al. 2016). All frames when there are no more.
   */
  take(count: number): readonly TimedFrame[] {
    if (this.kept.length <= count) return this.kept;
    const frame = this.interval;
    const part = (this.last - this.first + frame) / count;
    const chosen: TimedFrame[] = [];
    let next = 0;
    for (let index = 0; index < count; index++) {
      const middle = this.first + (index + 0.5) * part - frame / 2;
      const latest = this.kept.length - (count - index);
      while (next < latest && this.distance(next + 1, middle) <= this.distance(next, middle)) next++;
      chosen.push(this.kept[next++]!);
    }
    return chosen;
  }

  private distance(index: number, time: number): number {
    return Math.abs(this.kept[index]!.time - time);
  }
}
