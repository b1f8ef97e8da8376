/** No more than this is kept of a frame that has not ended. */
export const LONGEST_FRAME = 64 * 1024;

/**
 * Cuts a stream of bytes at a delimiter. Every byte is looked at once; an unfinished frame takes at most 64 KiB: of a longer
 * one nothing is kept, and the frame after the next delimiter is read again.
 */
export class FrameSplitter {
  private readonly carry = new Uint8Array(LONGEST_FRAME);
  private length = 0;
  private skipping = false;

  /**
   * @param onFrame a frame without its delimiter as `bytes[start, end)`, which is used again afterwards
   * @param onOverflow a frame was too long and is left out
   */
  constructor(
    private readonly delimiter: number,
    private readonly onFrame: (bytes: Uint8Array, start: number, end: number) => void,
    private readonly onOverflow: () => void,
  ) {}

  /** Bytes kept of an unfinished frame. */
  get buffered(): number {
    return this.length;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(this.delimiter); end >= 0; end = chunk.indexOf(this.delimiter, start)) {
      this.end(chunk, start, end);
      start = end + 1;
    }
    this.keep(chunk, start, chunk.length);
  }

  /** Forgets an unfinished frame; true when there was one. */
  reset(): boolean {
    const unfinished = this.length > 0;
    this.length = 0;
    this.skipping = false;
    return unfinished;
  }

  private end(chunk: Uint8Array, start: number, end: number): void {
    if (this.skipping) this.skipping = false;
    else if (this.length === 0) {
      if (end > start) this.onFrame(chunk, start, end);
    } else if (this.keep(chunk, start, end)) this.onFrame(this.carry, 0, this.length);
    else this.skipping = false;
    this.length = 0;
  }

  /** False when the frame has become too long. */
  private keep(chunk: Uint8Array, start: number, end: number): boolean {
    if (this.skipping || start === end) return !this.skipping;
    if (this.length + end - start > LONGEST_FRAME) {
      this.length = 0;
      this.skipping = true;
      this.onOverflow();
      return false;
    }
    this.carry.set(chunk.subarray(start, end), this.length);
    this.length += end - start;
    return true;
  }
}
