import type { Quarantined, Reporter } from '@modalkit/contract';
import type { Config, HeadName, InputName, Runtime } from '../compose/index.js';
import type { WriteOptions, Written } from '../decode/index.js';
import type { LiveSession, LiveSources, SessionOptions } from '../live/index.js';
import type { Match } from '../search/index.js';
import type { Inspection } from '../train/run-types.js';
import type { ClassAnswer } from './asker.js';

export interface AskOptions {
  /** The promise rejects with its reason when it aborts. */
  readonly signal?: AbortSignal;
}

export interface InspectOptions extends AskOptions {
  /** Id of the sample; the first one when left out. */
  readonly id?: string;
  readonly fused?: boolean;
}

export interface EmbedFolderOptions<Input extends string = string> {
  /** Folder that the index is written to: `load(run, { index })` searches it. */
  readonly out: string;
  /** The input that takes the files; when left out each file's is the one that takes it. */
  readonly input?: Input;
  readonly reporters?: readonly Reporter[];
  /** Ends the work with a STOPPED error; nothing is then written. */
  readonly signal?: AbortSignal;
}

/** What became of a folder's files: each is in one of these counts. */
export interface EmbeddedFolder<Input extends string = string> {
  /** Files with a vector, by input. */
  readonly embedded: { readonly [Name in Input]?: number };
  /** Files that no input takes. */
  readonly passedOver: readonly string[];
  /** Files that can't be read. */
  readonly quarantined: readonly Quarantined[];
  /** Of the checkpoint. */
  readonly step: number;
  readonly out: string;
}

/** A raw sample of each input that the sample has: the run's other inputs are absent. */
export type Raw<Input extends string = string> = { readonly [Name in Input]?: unknown };

/** A trained run that answers. `C` is the type of its config: inputs and heads are then known by name. */
export interface OpenRun<C = Config> {
  /** Of the checkpoint. */
  readonly step: number;
  readonly runtime: Runtime;
  readonly folder: string;
  /** Folders of newer checkpoints that were damaged, and why. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
  /** Unit vectors `[raw.length, width]` of raw samples of an input. */
  embed(input: InputName<C>, raw: readonly unknown[], options?: AskOptions): Promise<Float32Array>;
  /**
   * Embeds the files of a folder, and of those below, that inputs take, and writes an index of them.
   * @throws ModalkitError USAGE when several inputs take a file, DATA when none takes any, STOPPED, DISK
   */
  embedFolder(folder: string, options: EmbedFolderOptions<InputName<C>>): Promise<EmbeddedFolder<InputName<C>>>;
  /** The class of a sample by every head that says one and reads an input that the sample has. */
  classify(raw: Raw<InputName<C>>, options?: AskOptions): Promise<{ readonly [Name in HeadName<C>]?: ClassAnswer }>;
  /** The numbers that heads give a sample, by head and output: scores of anomalies, levels, measures. */
  score(
    raw: Raw<InputName<C>>,
    options?: AskOptions,
  ): Promise<{ readonly [Name in HeadName<C>]?: Readonly<Record<string, number>> }>;
  /** What a head with a decoder writes of a sample; the only one when none is named. */
  ask(raw: Raw<InputName<C>>, options?: AskOptions & WriteOptions & { readonly head?: HeadName<C> }): Promise<Written>;
  /**
   * Best matches among the index's samples of an input, those of the evaluated split unless another index was named, by cosine similarity, best first.
   * @param asked a raw sample of one input, or a unit vector `[width]`
   * @param top how many; 5 when left out
   */
  search(
    asked: Raw<InputName<C>> | Float32Array,
    to: InputName<C>,
    top?: number,
    options?: AskOptions,
  ): Promise<readonly Match[]>;
  /**
   * Asks about live input, window by window; to be iterated once. Nothing is opened before.
   * @param sources by input; those of the config's `live` when left out
   */
  live(sources?: LiveSources<InputName<C>>, options?: SessionOptions<InputName<C>>): LiveSession;
  /** Follows one sample of the run's data, which must be there, through every stage. */
  inspect(options?: InspectOptions): Promise<Inspection>;
  /**
   * The input whose adapter takes a command-line argument as a sample, and that sample.
   * @param among inputs that are asked; all when left out
   */
  accept(
    argument: string,
    among?: readonly string[],
  ): Promise<{ readonly input: InputName<C>; readonly raw: unknown } | undefined>;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
