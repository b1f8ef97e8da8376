import { refusal, type Table } from './table.js';

/**
 * The named columns of a Parquet file; every compression that hyparquet-compressors knows.
 * @param wanted columns to be read; those that are not there are left out
 * @throws ModalkitError SAMPLE when it is no Parquet file or damaged
 */
export async function readParquet(bytes: Uint8Array, name: string, wanted: readonly string[]): Promise<Table> {
  const mark = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || mark(0) !== 'PAR1' || mark(bytes.length - 4) !== 'PAR1')
    throw refusal(
      name,
      `is no Parquet file (it begins with ${JSON.stringify(mark(0))}); convert it, or give it the ending of what it is`,
    );
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const file = bytes.slice().buffer;
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = metadata.schema.slice(1).map((column) => column.name);
    const read = columns.filter((column) => wanted.includes(column));
    const rows = read.length > 0 ? await parquetReadObjects({ file, metadata, columns: read, compressors }) : [];
    return { columns, rows: rows.length, cells: (column) => rows.map((row) => row[column]), gaps: [] };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw refusal(name, `is a damaged Parquet file (${reason}); write it again`, cause);
  }
}
