import type { Json } from './json.js';
import type { Quarantined, Sample } from './sample.js';

/** What a source is told about the project. */
export interface DataSourceContext {
  /** Folder of the config file: relative paths start here. */
  readonly folder: string;
  /** Names of the inputs and targets a sample may have. */
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
}

/** Samples and where their files are. */
export interface Dataset {
  /** Absolute folder that relative paths in samples are taken from; samples may name no file outside it. */
  readonly root: string;
  readonly samples: readonly Sample[];
  /** Lines or files that are no samples. */
  readonly rejected: readonly Quarantined[];
}

/** Lists samples: a manifest, a table, a folder tree. Reads no media. */
export interface DataSource {
  readonly id: string;
  readonly options: Json;
  load(context: DataSourceContext): Promise<Dataset>;
}
