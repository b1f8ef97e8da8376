import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type DataSourceContext, type Dataset, ModalkitError, type Quarantined, type Sample } from '@modalkit/contract';
import { reasonOf } from './failure.js';
import { sampleOfRow } from './sample-of-row.js';

/** One row of a manifest, or why it is none. */
export interface ManifestRow {
  readonly line: number;
  /** Throws when the row cannot be parsed. */
  read(): unknown;
}

/**
 * Reads a manifest and makes a dataset of its rows. A row that is no sample is rejected with its file and line.
 * @param path from the config's folder; the files that samples name are taken from the manifest's own folder
 * @throws ModalkitError DATA when the manifest cannot be read
 */
export async function datasetOfManifest(
  path: string,
  context: DataSourceContext,
  rowsOf: (bytes: Uint8Array) => Iterable<ManifestRow>,
): Promise<Dataset> {
  const file = resolve(context.folder, path);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.code})`;
    throw new ModalkitError('DATA', `Manifest ${file} ${problem}; correct data.source.`, { file }, error);
  });
  const samples: Sample[] = [];
  const rejected: Quarantined[] = [];
  const places = new Map<string, string>();
  for (const row of rowsOf(bytes)) {
    const place = `${basename(file)}:${row.line}`;
    try {
      const sample = sampleOfRow(row.read(), place, context);
      const earlier = places.get(sample.id);
      if (earlier) throw new Error(`id ${JSON.stringify(sample.id)} is that of ${earlier} already; give it another`);
      places.set(sample.id, place);
      samples.push(sample);
    } catch (error) {
      const reason = `${file}:${row.line}: ${reasonOf(error)}`;
      rejected.push({ id: place, file: `${file}:${row.line}`, stage: 'read', code: 'SAMPLE', reason });
    }
  }
  return { root: dirname(file), samples, rejected };
}
