import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { isModalkitError, ModalkitError } from '@modalkit/contract';
import { onDisk } from '../checkpoint/disk-error.js';
import { lockFolder } from '../checkpoint/lock-folder.js';
import { syncFolder } from '../checkpoint/write-synced.js';
import { type AlarmBegin, type AlarmEnd, type AlarmEntry, alarmEntry } from './alarm-entry.js';

/** Of a folder of alarms: JSON lines. */
export const ALARMS = 'alarms.jsonl';
/** Between two attempts to write what the disk did not take. */
const RETRY_MS = 1000;
/** Room kept so that alarms can still be told on a full disk. */
const RESERVE_BYTES = 64 * 1024;
const RESERVE = '.reserve';

/** An alarm's begin or end that has not got to where it goes. */
export interface Undelivered {
  readonly entry: AlarmBegin | AlarmEnd;
  readonly to: string;
}

/** The file of a machine's alarms: only ever appended to, each line on the disk before it counts. */
export interface AlarmJournal {
  readonly path: string;
  /** Alarms that earlier sessions began and did not end. */
  readonly open: readonly AlarmBegin[];
  readonly undelivered: readonly Undelivered[];
  /**
   * Appends a line; true once the disk has it, false when it does not take it now. An alarm is tried again until it does; events
   * are then left out, and counted.
   */
  append(entry: AlarmEntry): Promise<boolean>;
  /** Lines that the disk has not taken. */
  readonly waiting: number;
  close(): Promise<void>;
}

/**
 * Opens the alarms of a folder, which is this process's alone until they are closed. A line that a kill cut off is taken away.
 * @throws ModalkitError DISK, LOCKED when another process has them, DATA that names the line when they are damaged
 */
export async function openAlarms(folder: string): Promise<AlarmJournal> {
  const path = join(resolve(folder), ALARMS);
  await onDisk(folder, () => mkdir(folder, { recursive: true }));
  const lock = await lockFolder(folder);
  let file: FileHandle | undefined;
  try {
    file = await onDisk(path, () => open(path, 'a+'));
    const size = await cutTorn(path, file);
    const { open: begun, undelivered } = await readJournal(path);
    await syncFolder(folder);
    const reserve = join(folder, RESERVE);
    await writeFile(reserve, new Uint8Array(RESERVE_BYTES)).catch(() => undefined);
    const makeRoom = () => rm(reserve, { force: true });
    const writer = journalWriter(file, size, makeRoom);
    return {
      ...{ path, open: begun, undelivered, append: writer.append },
      get waiting() {
        return writer.waiting();
      },
      close: async () => {
        await writer.close();
        await makeRoom();
        await lock.release();
      },
    };
  } catch (error) {
    await file?.close();
    await lock.release();
    throw error;
  }
}

async function readJournal(path: string): Promise<{ open: AlarmBegin[]; undelivered: Undelivered[] }> {
  const begun = new Map<string, AlarmBegin>();
  const waiting = new Map<string, Undelivered>();
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const entry = entryOf(line, `${path}:${number}`);
    if (isDelivered(entry)) waiting.delete(JSON.stringify([entry.id, entry.of, entry.to]));
    if (!isAlarm(entry)) continue;
    if (entry.kind === 'begin') begun.set(entry.id, entry);
    else begun.delete(entry.id);
    for (const to of entry.to) waiting.set(JSON.stringify([entry.id, entry.kind, to]), { entry, to });
  }
  return { open: [...begun.values()], undelivered: [...waiting.values()] };
}

const isDelivered = (entry: AlarmEntry): entry is Extract<AlarmEntry, { kind: 'delivered' }> =>
  entry.kind === 'delivered';
const isAlarm = (entry: AlarmEntry): entry is AlarmBegin | AlarmEnd => entry.kind === 'begin' || entry.kind === 'end';

/** @throws ModalkitError DATA that names the line, and the field */
function entryOf(line: string, place: string): AlarmEntry {
  try {
    return alarmEntry(JSON.parse(line), place);
  } catch (error) {
    if (isModalkitError(error)) throw error;
    throw new ModalkitError(
      'DATA',
      `${place}: the line is not JSON; correct it, or move the file away to begin a new one.`,
      { place },
      error,
    );
  }
}

/** Takes away what follows the last end of a line; the file's size then. */
async function cutTorn(path: string, file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const cut = async (length: number) => {
    if (length < size) await onDisk(path, () => file.truncate(length));
    return length;
  };
  const block = 64 * 1024;
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - block);
    const { buffer } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    const last = buffer.lastIndexOf('\n');
    if (last >= 0) return cut(from + last + 1);
    end = from;
  }
  return cut(0);
}

/** Writes lines in their order, those that wait together at once, and waits until the disk has them. */
function journalWriter(file: FileHandle, begin: number, makeRoom: () => Promise<void>) {
  let size = begin;
  let lines: { readonly line: string; readonly done: (written: boolean) => void }[] = [];
  let missed = 0;
  let writing: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  const write = async (bytes: Uint8Array) => {
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } catch (error) {
      // A part of a line must not stay: the next one would go on in it.
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
    size += bytes.length;
  };
  const flush = async () => {
    while (lines.length > 0) {
      const batch = [...lines];
      const left = missed > 0 ? lineOf({ kind: 'missed', at: new Date().toISOString(), events: missed }) : '';
      const bytes = Buffer.from(left + batch.map(({ line }) => line).join(''));
      try {
        await write(bytes).catch(async () => {
          await makeRoom();
          await write(bytes);
        });
      } catch {
        for (const { done } of lines) done(false);
        retry ??= setTimeout(start, RETRY_MS).unref();
        return;
      }
      if (left) missed = 0;
      lines = lines.slice(batch.length);
      for (const { done } of batch) done(true);
    }
  };
  const start = () => {
    retry = undefined;
    writing ??= flush().finally(() => {
      writing = undefined;
    });
  };
  return {
    append: (entry: AlarmEntry) =>
      new Promise<boolean>((done) => {
        if (retry && !isAlarm(entry) && !isDelivered(entry)) {
          missed++;
          return done(false);
        }
        lines.push({ line: lineOf(entry), done });
        if (!retry) start();
      }),
    waiting: () => lines.length,
    close: async () => {
      clearTimeout(retry);
      await writing;
      if (lines.length > 0) await flush();
      clearTimeout(retry);
      await file.close();
    },
  };
}

const lineOf = (entry: AlarmEntry) => `${JSON.stringify(entry)}\n`;
