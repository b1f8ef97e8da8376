import { Transform, type TransformCallback } from 'node:stream';

/** Bytes that are read ahead of the consumer. */
export const READ_AHEAD = 1024 * 1024;

/**
 * Cuts what is written to it into blocks of `size` bytes, each in memory of its own; the last may be shorter. A consumer
 * waits once a block, however small the pieces are in which it came.
 */
export class BlockStream extends Transform {
  private block: Uint8Array<ArrayBuffer>;
  private filled = 0;

  constructor(private readonly size: number) {
    super({
      readableObjectMode: true,
      readableHighWaterMark: Math.ceil(READ_AHEAD / size),
      writableHighWaterMark: READ_AHEAD,
      emitClose: false,
    });
    this.block = memory(size);
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    for (let at = 0; at < piece.length; ) {
      const count = Math.min(this.size - this.filled, piece.length - at);
      this.block.set(count === piece.length ? piece : piece.subarray(at, at + count), this.filled);
      at += count;
      this.filled += count;
      if (this.filled < this.size) continue;
      this.push(this.block);
      this.block = memory(this.size);
      this.filled = 0;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.filled > 0) this.push(this.block.subarray(0, this.filled));
    done();
  }
}

/** Memory of its own, not zeroed: a block is filled before it is given away. */
function memory(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
