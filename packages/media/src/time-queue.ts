/** Times that are printed on one pipe, waiting for the frames that come on another. */
export class TimeQueue {
  private readonly times: number[] = [];
  private waiting: ((time: number | undefined) => void) | undefined;
  private closed = false;

  push(time: number): void {
    if (this.waiting) this.settle(time);
    else this.times.push(time);
  }

  close(): void {
    this.closed = true;
    this.settle(undefined);
  }

  /** Undefined when there is none left. */
  next(): Promise<number | undefined> {
    if (this.times.length > 0 || this.closed) return Promise.resolve(this.times.shift());
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  get left(): number {
    return this.times.length;
  }

  private settle(time: number | undefined): void {
    this.waiting?.(time);
    this.waiting = undefined;
  }
}
