import type { Adapter, DataSource, TargetSpec } from '@modalkit/contract';
import type { Pretrained } from '../pretrained/compose-pretrained.js';
import type { DataOptions } from './data-options.js';

/** One named input of a project. */
export interface InputPart {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: an adapter's sample, state and prepared types meet core only as opaque values
  readonly adapter: Adapter<any, any, any>;
  /** Most items of a list; 1 = a single sample. */
  readonly list: number;
  /** Input whose fitted state it uses: itself, or the one it shares with. */
  readonly stateOf: string;
  /** Weights and state that it begins with, in place of drawn and fitted ones. */
  readonly pretrained?: Pretrained;
}

/** What data needs of a composed project. There is no tensor library in it: workers compose it too. */
export interface DataProject {
  /** Folder of the config file. */
  readonly folder: string;
  /** Absent when composed in memory: then everything runs in-process. */
  readonly configPath?: string;
  readonly inputs: Readonly<Record<string, InputPart>>;
  readonly targets: Readonly<Record<string, TargetSpec>>;
  readonly source: DataSource;
  readonly data: DataOptions;
  readonly seed: number;
}

/** What each input's adapter learnt in `fit`, by input; undefined for an adapter without `fit`. */
export type States = Readonly<Record<string, unknown>>;
