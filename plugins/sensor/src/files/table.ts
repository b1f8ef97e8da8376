import { ModalkitError } from '@modalkit/contract';
import type { Gap } from './gap-line.js';
import { nearest } from './nearest.js';

/** A file as named columns of whatever it holds. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  /** One entry a row. */
  cells(column: string): readonly unknown[];
  readonly gaps: readonly Gap[];
}

/** An error about one recording, in one sentence. */
export function refusal(name: string, what: string, cause?: unknown): ModalkitError {
  return new ModalkitError('SAMPLE', `Sensor ${JSON.stringify(name)}: ${what}.`, {}, cause);
}

/** @throws ModalkitError SAMPLE that suggests the nearest name when there is no such column */
export function cellsOf(table: Table, column: string, name: string): readonly unknown[] {
  if (table.columns.includes(column)) return table.cells(column);
  const near = nearest(column, table.columns);
  const hint = near === undefined ? `it has ${shown(table.columns)}` : `did you mean ${JSON.stringify(near)}?`;
  throw refusal(name, `has no column ${JSON.stringify(column)} (${hint}); name it in channels as it is in the file`);
}

const shown = (columns: readonly string[]) =>
  `${columns.slice(0, 12).join(', ')}${columns.length > 12 ? ` and ${columns.length - 12} more` : ''}`;

/**
 * Numbers of a column; NaN where nothing was measured: an empty cell, null or a missing key.
 * @throws ModalkitError SAMPLE that names the row of what is no number
 */
export function numbersOf(
  cells: ArrayLike<unknown>,
  column: string,
  name: string,
  nan: 'refuse' | 'missing',
): Float64Array {
  const numbers = new Float64Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    const value = isMissing(cell) ? Number.NaN : numberOf(cell);
    const missing = Number.isNaN(value) && (nan === 'missing' || isMissing(cell));
    if (value === undefined || !(Number.isFinite(value) || missing)) throw noNumber(cell, value, column, name, row);
    numbers[row] = value;
  }
  return numbers;
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || cell === '';
}

/** Undefined for what is neither a number nor NaN. */
function numberOf(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' ? fromText(cell) : typeof cell === 'object' ? undefined : Number(cell);
}

function noNumber(cell: unknown, value: number | undefined, column: string, name: string, row: number): ModalkitError {
  const told = typeof cell === 'string' ? JSON.stringify(cell.slice(0, 40)) : String(cell).slice(0, 40);
  const advice = Number.isNaN(value) ? ', leave the cell empty or set nan: "missing"' : ' or leave the cell empty';
  return refusal(name, `column ${JSON.stringify(column)} holds ${told} in row ${row + 1}; give a number${advice}`);
}

/** Undefined for what is neither a number nor NaN. */
function fromText(text: string): number | undefined {
  if (/^\s*nan\s*$/i.test(text)) return Number.NaN;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
