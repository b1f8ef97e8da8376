import { decodeText } from './read-csv.js';
import { refusal, type Table } from './table.js';

/**
 * A file with one JSON object a line; a key that a line lacks was not measured there.
 * @throws ModalkitError SAMPLE that names a line that is no object
 */
export function readJsonl(bytes: Uint8Array, name: string): Table {
  const objects = decodeText(bytes, name)
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, index + 1, name)]));
  return {
    columns: [...new Set(objects.flatMap((object) => [...object.keys()]))],
    rows: objects.length,
    cells: (column) => objects.map((object) => object.get(column)),
    gaps: [],
  };
}

function parseLine(line: string, number: number, name: string): Map<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw refusal(
      name,
      `line ${number} is no JSON (${JSON.stringify(line.slice(0, 40))}); correct or remove it`,
      cause,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(
      name,
      `line ${number} is no JSON object (${JSON.stringify(line.slice(0, 40))}); correct or remove it`,
    );
  return new Map(Object.entries(value));
}
