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
   * Best matches among the evaluated split's samples of an input, by cosine similarity, best first.
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
