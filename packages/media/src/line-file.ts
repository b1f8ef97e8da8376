import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file without a name that a process writes text into. What is written waits there and wakes nobody: a pipe of 30 lines
 * a second of video costs the reader more than its pictures.
 */
export class LineFile {
  private readonly buffer = Buffer.allocUnsafeSlow(16 * 1024);
  private position = 0;
  private closed = false;

  private constructor(
    /** For `stdio` of `spawn`. */
    readonly fd: number,
    private readonly take: (piece: Uint8Array) => void,
  ) {}

  /** Undefined on Windows, and where there is no folder for temporary files. */
  static open(take: (piece: Uint8Array) => void): LineFile | undefined {
    if (process.platform === 'win32') return undefined;
    try {
      const folder = mkdtempSync(join(tmpdir(), 'modalkit-'));
      try {
        return new LineFile(openSync(join(folder, 'lines'), 'wx+'), take);
      } finally {
        rmSync(folder, { recursive: true });
      }
    } catch {
      return undefined;
    }
  }

  /** Takes what was written since; nothing once it is closed. @returns all bytes so far */
  read(): number {
    while (!this.closed) {
      const count = readSync(this.fd, this.buffer, 0, this.buffer.length, this.position);
      this.position += count;
      if (count > 0) this.take(this.buffer.subarray(0, count));
      if (count < this.buffer.length) break;
    }
    return this.position;
  }

  close(): void {
    this.closed = true;
    closeSync(this.fd);
  }
}
