import { CONTRACT, DATA_SOURCE, definePlugin } from '@modalkit/contract';
import { parseOptions } from '@modalkit/toolkit';
import { type CsvError, type Info, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { datasetOfManifest, type ManifestRow } from './read-rows.js';

const ID = '@modalkit/core/csv';
const schema = z.strictObject({ path: z.string().min(1), delimiter: z.string().min(1).default(',') });

/** Samples from a table whose header names inputs and targets. Every value is a word; an empty cell is absent. */
export const csv = definePlugin((given: { path: string; delimiter?: string }) => {
  const options = parseOptions(schema, given, ID);
  return {
    id: ID,
    contract: CONTRACT,
    setup(scope) {
      scope.provide(DATA_SOURCE, () => ({
        id: ID,
        options,
        load: (context) => datasetOfManifest(options.path, context, (bytes) => rowsOf(bytes, options.delimiter)),
      }));
    },
  };
});

function rowsOf(bytes: Uint8Array, delimiter: string): ManifestRow[] {
  const skipped: ManifestRow[] = [];
  const records = parse(Buffer.from(bytes), {
    bom: true,
    delimiter,
    columns: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      skipped.push(broken(error));
      return undefined;
    },
  }) as unknown as { record: Record<string, string>; info: Info }[];
  const rows = records.map(({ record, info }) => ({ line: info.lines, read: () => withoutEmpty(record) }));
  return [...rows, ...skipped].sort((a, b) => a.line - b.line);
}

function withoutEmpty(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}

function broken(error: CsvError | undefined): ManifestRow {
  return {
    line: Number(error?.lines ?? 0),
    read: () => {
      throw new Error(`the row does not fit the table (${error?.message}); correct its cells or quotes`);
    },
  };
}
