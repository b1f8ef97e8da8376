/** Counts the time that is spent waiting, and calls out when it is used up. */
export class Stopwatch {
  private left: number;
  expired = false;

  constructor(
    seconds: number,
    private readonly onExpired: () => void,
  ) {
    this.left = seconds * 1000;
  }

  async during<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    const timer = setTimeout(() => {
      this.expired = true;
      this.onExpired();
    }, this.left);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.left = Math.max(0, this.left - (performance.now() - began));
    }
  }
}
