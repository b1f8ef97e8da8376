import { parse } from 'csv-parse/sync';
import { gapOfLine } from './gap-line.js';
import { refusal, type Table } from './table.js';

/**
 * A CSV file with its column names in the first line; lines that begin with `#` are comments.
 * @throws ModalkitError SAMPLE when it is not UTF-8 or its rows differ in length
 */
export function readCsv(bytes: Uint8Array, name: string, delimiter: string): Table {
  const text = decodeText(bytes, name);
  const [columns = [], ...records] = parseRows(text, name, delimiter);
  return {
    columns,
    rows: records.length,
    cells: (column) => {
      const index = columns.indexOf(column);
      return records.map((record) => record[index]);
    },
    gaps: text.includes('# gap ') ? text.split(/\r?\n/).flatMap((line) => gapOfLine(line) ?? []) : [],
  };
}

function parseRows(text: string, name: string, delimiter: string): string[][] {
  try {
    return parse(text, {
      delimiter,
      comment: '#',
      comment_no_infix: true,
      skip_empty_lines: true,
      trim: true,
    }) as string[][];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw refusal(name, `is no CSV file with "${delimiter}" between its fields (${reason}); correct that line`, cause);
  }
}

export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal(name, 'is not UTF-8 text; save it as UTF-8', cause);
  }
}
