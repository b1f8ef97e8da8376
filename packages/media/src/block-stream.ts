import { Writable } from 'node:stream';

/** Bytes that are read ahead of the consumer. */
export const READ_AHEAD = 1024 * 1024;

/**
 * Cuts what is written to it into blocks of `size` bytes, each in memory of its own; the last may be shorter. Whoever
 * loops over it waits once a block, however small the pieces are in which it came; whoever writes waits while
 * `READ_AHEAD` bytes are unread.
 */
export class BlockStream extends Writable implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  private block: Uint8Array<ArrayBuffer>;
  private filled = 0;
  private readonly blocks: Uint8Array<ArrayBuffer>[] = [];
  private readonly ahead: number;
  private ended = false;
  private onBlock: (() => void) | undefined;
  private onRoom: (() => void) | undefined;

  constructor(private readonly size: number) {
    super({ highWaterMark: READ_AHEAD, emitClose: false });
    this.ahead = Math.ceil(READ_AHEAD / size);
    this.block = memory(size);
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    for (let at = 0; at < piece.length; ) {
      const count = Math.min(this.size - this.filled, piece.length - at);
      this.block.set(count === piece.length ? piece : piece.subarray(at, at + count), this.filled);
      at += count;
      this.filled += count;
      if (this.filled < this.size) continue;
      this.give(this.block);
      this.block = memory(this.size);
      this.filled = 0;
    }
    if (this.blocks.length < this.ahead) done();
    else this.onRoom = done;
  }

  override _final(done: () => void): void {
    this.ended = true;
    this.give(this.block.subarray(0, this.filled));
    done();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (;;) {
      const block = this.blocks.shift();
      if (this.blocks.length < this.ahead) this.makeRoom();
      if (block) yield block;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.onBlock = resolve));
    }
  }

  private give(block: Uint8Array<ArrayBuffer>): void {
    if (block.length > 0) this.blocks.push(block);
    this.onBlock?.();
    this.onBlock = undefined;
  }

  private makeRoom(): void {
    const done = this.onRoom;
    this.onRoom = undefined; // before the call, which may write the next piece
    done?.();
  }
}

/** Memory of its own, not zeroed: a block is filled before it is given away. */
function memory(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
