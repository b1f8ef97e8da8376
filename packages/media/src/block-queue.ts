/** Bytes that are read ahead of the consumer. */
export const READ_AHEAD = 1024 * 1024;

/**
 * Cuts what is pushed into blocks of `size` bytes; the last may be shorter. Whoever loops over it waits once a block,
 * however small the pieces are in which it came.
 */
export class BlockQueue implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  private block: Uint8Array<ArrayBuffer>;
  private filled = 0;
  private readonly blocks: Uint8Array<ArrayBuffer>[] = [];
  private readonly ahead: number;
  private full = false;
  private ended = false;
  private onBlock: (() => void) | undefined;
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];

  /**
   * @param onRoom called when there is room again after a push that left none
   * @param reuse a block is overwritten once the next is asked for; else each is in memory of its own
   */
  constructor(
    private readonly size: number,
    private readonly onRoom: () => void,
    private readonly reuse: boolean,
  ) {
    this.ahead = Math.ceil(READ_AHEAD / size);
    this.block = memory(size);
  }

  /** Copies the piece. False when the next one should wait for `onRoom`: `READ_AHEAD` bytes are unread. */
  push(piece: Uint8Array): boolean {
    for (let at = 0; at < piece.length; ) {
      const count = Math.min(this.size - this.filled, piece.length - at);
      this.block.set(count === piece.length ? piece : piece.subarray(at, at + count), this.filled);
      at += count;
      this.filled += count;
      if (this.filled < this.size) continue;
      this.give(this.block);
      this.block = this.spare.pop() ?? memory(this.size);
      this.filled = 0;
    }
    this.full = this.blocks.length >= this.ahead;
    return !this.full;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.give(this.block.subarray(0, this.filled));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (;;) {
      const block = this.blocks.shift();
      if (this.full && this.blocks.length < this.ahead) {
        this.full = false;
        this.onRoom();
      }
      if (block) {
        yield block;
        if (this.reuse) this.spare.push(block);
      } else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.onBlock = resolve));
    }
  }

  private give(block: Uint8Array<ArrayBuffer>): void {
    if (block.length > 0) this.blocks.push(block);
    this.onBlock?.();
    this.onBlock = undefined;
  }
}

/** Memory of its own, not zeroed: a block is filled before it is given away. */
function memory(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
