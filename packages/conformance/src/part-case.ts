import type { Plugin } from '@modalkit/contract';

/** What the author of a fusion, an objective or a head gives to have it judged. */
export interface PartCase {
  readonly plugin: Plugin;
  /** Names of the inputs of the made-up batch; those that the part names, or a and b. */
  readonly inputs?: readonly string[];
  /** Four raw values of each column that it reads; undefined where a sample lacks it. */
  readonly targets?: Readonly<Record<string, readonly unknown[]>>;
  /** Heads' outputs that it reads, by `<head>/<output>`: their extents after the batch's. */
  readonly outputs?: Readonly<Record<string, readonly number[]>>;
  readonly wrongOptions?: readonly unknown[];
}

/** What the author of a data source gives to have it judged: a source that finds some samples. */
export interface SourceCase {
  readonly plugin: Plugin;
  /** Folder of the config: relative paths start here. */
  readonly folder: string;
  /** Names of the inputs and targets that its samples have. */
  readonly inputs: readonly string[];
  readonly targets?: readonly string[];
  readonly wrongOptions?: readonly unknown[];
}
