import type { Figure } from './figure.js';
import type { Preview } from './preview.js';
import type { Sample } from './sample.js';
import type { TargetSpec } from './target-spec.js';

/** A number with its confidence interval. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Observations behind it. */
  readonly n: number;
}

/** What a head has written of each sample of a split. */
export interface WrittenSamples {
  /** The input that it writes. */
  readonly input: string;
  readonly samples: readonly unknown[];
}

/** What a metric sees of an evaluated split, all on the host. */
export interface Evaluation {
  readonly samples: readonly Sample[];
  readonly targets: Readonly<Record<string, TargetSpec>>;
  /** Unit-length pooled vectors of an input, `[n, width]` row-major, with which samples have it. */
  embeddings(input: string): { readonly width: number; readonly rows: Float32Array; readonly present: Uint8Array };
  /**
   * A head's output `<head>/<output>`, `[n, width]` row-major; an output of each token has its rows padded with zeros to the
   * longest.
   * @param inputs as if the samples had these inputs only: one of the metric's `subsets`
   */
  output(name: string, inputs?: readonly string[]): { readonly width: number; readonly rows: Float32Array };
  /**
   * What a head with a decoder writes of each sample, as samples of the input that it writes.
   * @param inputs as if the samples had these inputs only: one of the metric's `subsets`
   */
  written(head: string, inputs?: readonly string[]): Promise<WrittenSamples>;
  /** Embeds other raw samples of an input, for example prompts: `[n, width]` unit rows. */
  embed(input: string, raw: readonly unknown[]): Promise<Float32Array>;
  preview(input: string, raw: unknown): Promise<Preview | undefined>;
}

/** What a metric finds in an evaluated split. */
export interface Measurement {
  readonly values: Readonly<Record<string, Measured>>;
  readonly figures: readonly Figure[];
  /** Numbers of each sample, in the samples' order and NaN where there is none: runs can be compared sample by sample. */
  readonly bySample?: Readonly<Record<string, ArrayLike<number>>>;
}

/** Turns an evaluated split into numbers and pictures. */
export interface Metric {
  readonly id: string;
  /** Inputs, heads and targets it reads by name: checked when the project is composed. */
  readonly inputs?: readonly string[];
  readonly heads?: readonly string[];
  /** Heads of which it reads what they write: they need a decoder. */
  readonly written?: readonly string[];
  readonly targets?: readonly string[];
  /** Columns that it needs although no head or objective reads them, for example to measure groups of samples apart. */
  readonly labels?: Readonly<Record<string, TargetSpec>>;
  /** Sets of inputs that it asks its heads' outputs of, as if the samples had no other. */
  readonly subsets?: readonly (readonly string[])[];
  measure(evaluation: Evaluation): Promise<Measurement>;
}
