import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { ModalkitError } from '@modalkit/contract';

/** A file that grows at its end. */
export interface AppendFile {
  /** Writes now and never throws: what cannot be written (a full disk) waits and goes first at the next call. */
  append(bytes: Uint8Array): void;
  /** @throws ModalkitError DISK when bytes are left that could not be written. */
  close(): void;
}

/**
 * Opens or makes a file to append to. Of what it already holds only the first `keep(content)` bytes stay.
 * @throws ModalkitError DISK when it cannot be opened or cut.
 */
export function openAppendFile(path: string, keep: (content: Buffer) => number): AppendFile {
  const file = openAndCut(path, keep);
  let waiting: Uint8Array = Buffer.alloc(0);
  let failure: unknown;

  const flush = () => {
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting));
    } catch (error) {
      failure = error;
    }
  };

  return {
    append(bytes) {
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      flush();
    },
    close() {
      flush();
      closeSync(file);
      if (waiting.length > 0) throw diskError(path, `its last ${waiting.length} bytes could not be written`, failure);
    },
  };
}

function openAndCut(path: string, keep: (content: Buffer) => number): number {
  try {
    const file = openSync(path, 'a+');
    if (fstatSync(file).size > 0) {
      ftruncateSync(file, keep(readFileSync(file)));
      fsyncSync(file);
    }
    return file;
  } catch (error) {
    throw diskError(path, 'it cannot be opened for writing', error);
  }
}

function diskError(path: string, what: string, cause: unknown): ModalkitError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ModalkitError(
    'DISK',
    `${path}: ${what} (${reason}); free some space or choose another folder.`,
    { path },
    cause,
  );
}
