import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Takes bytes that are valid during the call. False when the next must wait for `resume`. */
export type Take = (piece: Uint8Array) => boolean;

/**
 * What a process writes to its stdout or stderr, read into one piece of memory over and over. The streams that `spawn`
 * makes take new memory for each read, 64 KiB even for a line of text; they serve on Windows and where there is no
 * folder for temporary files.
 */
export class ChildOutput {
  private source: Readable | undefined;

  private constructor(
    private readonly take: Take,
    private readonly pipe: Pipe | undefined,
  ) {}

  static async open(take: Take): Promise<ChildOutput> {
    return new ChildOutput(take, await openPipe(take));
  }

  /** For `stdio` of `spawn`. */
  get stdio(): Socket | 'pipe' {
    return this.pipe?.far ?? 'pipe';
  }

  /**
   * Begins to read.
   * @param made what `spawn` made of `stdio`
   * @returns when all is read and taken, or `destroy` was called
   */
  async read(made: Readable | null | undefined): Promise<void> {
    this.pipe?.far.destroy(); // the process has it
    const source = this.pipe?.near ?? made;
    if (!source) return;
    this.source = source;
    if (!this.pipe) source.on('data', (piece: Uint8Array) => this.take(piece) || source.pause());
    source.on('error', () => {}); // a process that is killed; how it ended is told by itself
    await new Promise((resolve) => source.once('close', resolve));
  }

  resume(): void {
    this.source?.resume();
  }

  destroy(): void {
    this.source?.destroy();
  }
}

interface Pipe {
  readonly near: Socket;
  readonly far: Socket;
}

/** What the system keeps of a pipe is read at once. */
const READ_BYTES = 256 * 1024;
/** Of the name of a local socket, the least of all systems. */
const LONGEST_NAME = 103;

async function openPipe(take: Take): Promise<Pipe | undefined> {
  if (process.platform === 'win32') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-')).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    const path = join(folder, 'pipe');
    return Buffer.byteLength(path) > LONGEST_NAME ? undefined : await connected(path, take);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function connected(path: string, take: Take): Promise<Pipe> {
  const server = createServer({ pauseOnConnect: true }).listen(path);
  try {
    await once(server, 'listening');
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const near = connect({ path, onread: { buffer, callback: (count) => take(buffer.subarray(0, count)) } });
    const [far] = (await once(server, 'connection')) as [Socket];
    return { near, far };
  } finally {
    server.close();
  }
}
