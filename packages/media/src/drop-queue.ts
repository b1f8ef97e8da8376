/** A queue between a device that never waits and a consumer that may: when it is full, the oldest items go. */
export class DropQueue<Item> {
  private readonly items: Item[] = [];
  private waiting: (() => void) | undefined;
  private closed = false;

  /** @param onDrop is told the item that goes and the one that is then the oldest */
  constructor(
    private readonly capacity: number,
    private readonly onDrop: (dropped: Item, next: Item) => void,
  ) {}

  push(item: Item): void {
    this.items.push(item);
    if (this.items.length > this.capacity) this.onDrop(this.items.shift()!, this.items[0]!);
    this.waiting?.();
  }

  close(): void {
    this.closed = true;
    this.waiting?.();
  }

  /** The oldest item; undefined when it is closed and empty. */
  async next(): Promise<Item | undefined> {
    while (this.items.length === 0 && !this.closed)
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    return this.items.shift();
  }

  get length(): number {
    return this.items.length;
  }
}
