import { DATA_SOURCE, type DataSource, type DataSourceContext, type Dataset } from '@modalkit/contract';
import type { SourceCase } from './part-case.js';
import { broken, sayOf } from './promised.js';
import { type Provided, providedBy } from './provided-by.js';

/** A data source that has loaded once. */
export interface SourceBench {
  readonly given: SourceCase;
  readonly part: DataSource;
  readonly dataset: Dataset;
  load(): Promise<Dataset>;
}

export function sourceOf(provided: Provided): DataSource {
  return provided.get(DATA_SOURCE) ?? broken('The plugin provides no data source.');
}

/** @throws ModalkitError PLUGIN when it finds no sample */
export async function openSourceBench(given: SourceCase): Promise<SourceBench> {
  const part = sourceOf(providedBy(given.plugin, 'data/source'));
  const context: DataSourceContext = { folder: given.folder, inputs: given.inputs, targets: given.targets ?? [] };
  const load = () => part.load(context);
  const dataset = await load().catch((error) => broken(`load fails: ${sayOf(error)}`, error));
  if (dataset.samples.length < 2) broken(`It finds ${dataset.samples.length} samples; give it two or more to find.`);
  return { given, part, dataset, load };
}
