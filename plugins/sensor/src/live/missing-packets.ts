/** More are not remembered: one that comes later still counts as a duplicate. */
const MEMORY = 65_536;

/** Numbers of packets that were given up, the newest of them, and how each was counted. */
export class MissingPackets {
  private readonly numbers = new Map<number, 'lost' | 'bad'>();

  /** `count` numbers from `first` on, the first `bad` of them counted as bad. */
  add(first: number, count: number, bad: number): void {
    for (let index = Math.max(0, count - MEMORY); index < count; index++)
      this.numbers.set((first + index) % 2 ** 32, index < bad ? 'bad' : 'lost');
    for (const oldest of this.numbers.keys()) {
      if (this.numbers.size <= MEMORY) break;
      this.numbers.delete(oldest);
    }
  }

  /** How a number was counted, and forgets it; undefined when it was not given up. */
  found(number: number): 'lost' | 'bad' | undefined {
    const kind = this.numbers.get(number);
    this.numbers.delete(number);
    return kind;
  }

  clear(): void {
    this.numbers.clear();
  }
}
