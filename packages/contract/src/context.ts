import type { StepRandom } from './random.js';
import type { Space } from './space.js';
import type { Tensor, Tf } from './tf.js';
import type { Initialiser, WeightOptions } from './weight.js';

/** What host-side hooks may use. There are no tensors here: they run in workers. */
export interface HostContext<State = unknown> {
  /** The input's name in the config. */
  readonly input: string;
  /** What `fit` returned, or undefined for an adapter without `fit`. */
  readonly state: State;
  /**
   * Reads a file that a sample names. A relative path is taken from the data source's folder.
   * @throws ModalkitError SAMPLE when it is missing, unreadable, not a regular file, too large or outside the folder.
   */
  read(path: string): Promise<Uint8Array>;
  /**
   * Absolute path of a file that a sample names, for a program that reads it piece by piece. The same checks as `read`.
   * @throws ModalkitError SAMPLE as `read` does
   */
  locate(path: string): Promise<string>;
}

/** Declares weights. Names are relative to the owner's prefix (the input's name, `fusion`, `heads/<name>`, …). */
export interface InitContext<State = unknown> {
  readonly state: State;
  readonly space: Space;
  weight(name: string, shape: readonly number[], initialiser: Initialiser, options?: WeightOptions): void;
  /** The same context with `name/` added to the prefix. */
  scope(name: string): InitContext<State>;
}

/** What runs inside the training step: captured as a static graph, so it reads no tensor and makes none from data. */
export interface StepContext<State = unknown> {
  readonly tf: Tf;
  readonly state: State;
  readonly space: Space;
  /** False in evaluation: no masking, no dropout. */
  readonly training: boolean;
  /** The weight declared under this name. */
  weight(name: string): Tensor;
  readonly random: StepRandom;
  scope(name: string): StepContext<State>;
}
