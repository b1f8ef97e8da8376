import { type FileHandle, open } from 'node:fs/promises';

/** Files from this size on are worth looking for a part. */
const LARGE = 256 * 1024;
/** Bytes that hold at least one whole row. */
const BLOCK = 16 * 1024;
/** A clock that shows more counts from 1970 and is made to start at 0: its first row must be read. */
const EPOCH = 1e8;
const NEWLINE = 10;

/** Where a CSV file keeps the times of its rows. */
export interface TimeField {
  readonly column: string;
  /** Of the column in a second. */
  readonly ticks: number;
  readonly delimiter: string;
}

/**
 * The header of a large CSV file and its rows of a stretch, with the comments among them, found by bisection: of a recording of
 * hours a window of seconds is read. Undefined where that is not possible: a small file, times that are no plain numbers, a clock
 * that counts from 1970, quotes in the header.
 * @param span seconds; rows from its start on and before its end are read
 */
export async function csvPart(
  path: string,
  span: { readonly start: number; readonly end: number },
  field: TimeField,
): Promise<Uint8Array | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = size < LARGE ? undefined : await headOf(file, size, field);
    if (!head) return undefined;
    const rows = { file, size, index: head.index, field };
    const from = await firstRow(rows, head.end, span.start);
    const to = from === undefined ? undefined : await firstRow(rows, from, span.end);
    if (from === undefined || to === undefined) return undefined;
    const part = Buffer.alloc(head.end + to - from);
    await file.read(part, 0, head.end, 0);
    await file.read(part, head.end, to - from, from);
    return part;
  } finally {
    await file.close();
  }
}

interface Rows {
  readonly file: FileHandle;
  readonly size: number;
  /** Place of the time in a row. */
  readonly index: number;
  readonly field: TimeField;
}

/** The byte after the header, and the place of the time in it. */
async function headOf(
  file: FileHandle,
  size: number,
  field: TimeField,
): Promise<{ readonly end: number; readonly index: number } | undefined> {
  const { block } = await blockAt(file, 0);
  const end = block.indexOf(NEWLINE) + 1;
  const names = block.toString('utf8', 0, end);
  if (end === 0 || names.startsWith('#') || names.includes('"')) return undefined;
  const index = names.split(field.delimiter).findIndex((name) => name.trim() === field.column);
  if (index < 0) return undefined;
  const first = await rowAfter({ file, size, index, field }, end);
  return first && first.time < EPOCH ? { end, index } : undefined;
}

/**
 * Byte after the last row that is before `time`, or `low` when there is none.
 * @param low where a row or a comment begins; those before it are earlier
 * @returns undefined when a time is no number, or a row is larger than a block
 */
async function firstRow(rows: Rows, low: number, time: number): Promise<number | undefined> {
  // Rows that begin from `high` on are not before `time`.
  let high = rows.size;
  let found = low;
  while (found < high) {
    const middle = Math.floor((found + high) / 2);
    const row = await rowAfter(rows, middle);
    if (!row) return undefined;
    if (row.time >= time) high = middle;
    else found = row.next;
  }
  return found;
}

/** The first row that begins at a byte or after it: its seconds and the byte behind it. One behind the last is at no time. */
async function rowAfter(
  { file, size, index, field }: Rows,
  byte: number,
): Promise<{ readonly time: number; readonly next: number } | undefined> {
  const { block, from } = await blockAt(file, byte - 1);
  const last = from + block.length >= size;
  for (let at = block.indexOf(NEWLINE) + 1; at > 0 && at < block.length; ) {
    const newline = block.indexOf(NEWLINE, at) + 1;
    if (newline === 0 && !last) return undefined;
    const next = newline === 0 ? block.length : newline;
    const line = block.toString('utf8', at, next);
    at = next;
    if (line.startsWith('#') || line.trim() === '') continue;
    const cell = line.split(field.delimiter)[index]?.trim() || 'missing';
    const time = Number(cell) / field.ticks;
    return Number.isNaN(time) ? undefined : { time, next: from + next };
  }
  return last ? { time: Number.POSITIVE_INFINITY, next: size } : undefined;
}

async function blockAt(file: FileHandle, from: number): Promise<{ readonly block: Buffer; readonly from: number }> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, from);
  return { block: buffer.subarray(0, bytesRead), from };
}
