import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type HookMark, type HookWatch, watchHooks } from './hook-marks.js';

/** Bytes of a mark: always as many, so that one write replaces the one before. */
const LENGTH = 2048;

/** A mark as another process reads it. */
export interface WrittenMark {
  /** `main`, or `worker-1`. */
  readonly thread: string;
  /** Counts the writes: the same number twice means that nothing came on. */
  readonly count: number;
  readonly mark?: HookMark;
  /** The mark before, when the thread is in no hook. */
  readonly last?: HookMark;
}

let folder: string | undefined;

/** Has every hook of this process and of its workers leave a mark in a folder, which outlives the process. */
export function markHooks(into: string): void {
  folder = into;
  watchHooks(markWriter(into, 'main'));
}

/** Where this process leaves marks. */
export function markFolder(): string | undefined {
  return folder;
}

/** Writes marks of one thread. What is written survives the process, even one that is killed. */
export function markWriter(into: string, thread: string): HookWatch {
  const file = openSync(join(into, thread), 'w');
  const bytes = Buffer.alloc(LENGTH);
  let [count, last]: [number, HookMark | undefined] = [0, undefined];
  return (mark) => {
    last = mark ?? last;
    const written: WrittenMark = mark ? { thread, count: ++count, mark } : { thread, count: ++count, last };
    bytes.fill(' ').write(JSON.stringify(written));
    writeSync(file, bytes, 0, LENGTH, 0);
  };
}
