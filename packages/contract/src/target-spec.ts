import type { HostArray } from './arrays.js';
import type { Schema } from './schema.js';

/** A target column: how one value is checked and how a batch of them is collated. */
export interface TargetSpec<Value = unknown> {
  readonly schema: Schema<Value>;
  /** An undefined entry is a sample without this target: its row is zeros, and core marks it invalid. */
  collate(values: readonly (Value | undefined)[]): HostArray;
  /** Names of the classes, for reports. */
  readonly names?: readonly string[];
}
