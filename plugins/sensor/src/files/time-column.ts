import type { ParsedSensorOptions } from '../sensor-options.js';
import { cellsOf, numbersOf, refusal, type Table } from './table.js';

/** Of each unit in a second. */
export const TICKS = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 } as const;
/** A clock that shows more counts from 1970: in float32 it has no fractions of a second left. */
const EPOCH = 1e8;

/**
 * Seconds of every row. A clock that counts from 1970 is made to start at 0 with the first row.
 * @throws ModalkitError SAMPLE that names the row of a time that is missing, no time, or before the one above it
 */
export function timesOf(table: Table, time: ParsedSensorOptions['time'], name: string): Float64Array {
  if ('rate' in time) return Float64Array.from({ length: table.rows }, (_, row) => time.start + row / time.rate);
  const cells = cellsOf(table, time.column, name);
  const times =
    cells[0] instanceof Date || time.unit === 'iso' ? fromDates(cells, time, name) : fromNumbers(cells, time, name);
  const first = times[0]! >= EPOCH ? times[0]! : 0;
  return checkedTimes(
    times.map((value) => value - first),
    name,
  );
}

type TimeColumn = Extract<ParsedSensorOptions['time'], { column: string }>;

function fromNumbers(cells: readonly unknown[], { column, unit }: TimeColumn, name: string): Float64Array {
  if (typeof cells[0] === 'string' && Number.isNaN(Number(cells[0])) && !Number.isNaN(Date.parse(cells[0])))
    throw refusal(
      name,
      `column ${JSON.stringify(column)} holds dates; set time: { column: ${JSON.stringify(column)}, unit: "iso" }`,
    );
  const ticks = TICKS[unit as keyof typeof TICKS];
  return numbersOf(cells, column, name, 'refuse').map((value, row) => {
    if (Number.isNaN(value))
      throw refusal(name, `row ${row + 1} has no time in column ${JSON.stringify(column)}; take the row out`);
    return value / ticks;
  });
}

function fromDates(cells: readonly unknown[], { column }: TimeColumn, name: string): Float64Array {
  return Float64Array.from(cells, (cell, row) => {
    const value = cell instanceof Date ? cell.getTime() : Date.parse(String(cell));
    if (Number.isNaN(value))
      throw refusal(
        name,
        `column ${JSON.stringify(column)} holds ${JSON.stringify(String(cell).slice(0, 40))} in row ${row + 1}, which is no ISO date; write it like 2026-01-31T12:00:00.250Z`,
      );
    return value / 1000;
  });
}

/** @throws ModalkitError SAMPLE when a time is before the one above it */
export function checkedTimes(times: Float64Array, name: string): Float64Array {
  for (let row = 1; row < times.length; row++)
    if (times[row]! < times[row - 1]!)
      throw refusal(
        name,
        `times go backwards from ${times[row - 1]} to ${times[row]} s in row ${row + 1}; sort the rows, or split the file where the clock was set`,
      );
  return times;
}
