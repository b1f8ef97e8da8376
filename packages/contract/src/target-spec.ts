import type { HostArray } from './arrays.js';
import type { Schema } from './schema.js';

/** A target column: how one value is checked and how a batch of them is collated. */
export interface TargetSpec<Value = unknown> {
  readonly schema: Schema<Value>;
  /** An undefined entry is a sample without this target: its row is zeros, and core marks it invalid. */
  collate(values: readonly (Value | undefined)[]): HostArray;
  /** Names of the classes, for reports. */
  readonly names?: readonly string[];
  /**
   * Where a value is a list of classes: their names; `names` is then left out. The row is the list as 1 + the class's index,
   * then zeros.
   */
  readonly listOf?: readonly string[];
  /** Where a value is a set of classes: their names; `names` is then left out. The row is 1 at the classes it holds, 0 elsewhere. */
  readonly setOf?: readonly string[];
}
