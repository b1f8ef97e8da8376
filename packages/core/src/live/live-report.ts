import type { LiveWindow, ModalkitError, TimeSpan } from '@modalkit/contract';
import type { Answers } from '../infer/asker.js';
import type { Match } from '../search/index.js';
import type { Drift } from './drift-watch.js';

/** A window of an input that is ready to be asked about. */
export interface InputWindow extends LiveWindow {
  readonly input: string;
}

/** What the model says when a window is complete. */
export interface LiveResult {
  readonly kind: 'result';
  /** The input whose window was completed. */
  readonly input: string;
  /** All inputs that were asked together, that one among them; the model's others were absent. */
  readonly inputs: readonly string[];
  /** Of the window, in seconds on the session's clock. */
  readonly time: TimeSpan;
  /** By head, of those that can be asked with these inputs and say one of several classes. */
  readonly classes: Answers['classes'];
  /** By head and output: every output that is one number. */
  readonly scores: Answers['scores'];
  /** Best first of each input that was searched, of the run's samples. */
  readonly matches: readonly Match[];
  /** From the arrival of the data that completed the window to this result. */
  readonly latencyMs: number;
}

/** What comes out of a live session. */
export type LiveReport =
  | LiveResult
  /** Nothing is known of this time; the input is absent until its next window. */
  | { readonly kind: 'gap'; readonly input: string; readonly time: TimeSpan; readonly reason: string }
  /** Nothing has come for some seconds; the input is absent. Said once, until something comes. */
  | { readonly kind: 'silent'; readonly input: string; readonly seconds: number }
  /** A window that holds what no model can read, such as a value that is not finite. */
  | { readonly kind: 'bad'; readonly input: string; readonly time: TimeSpan; readonly reason: string }
  /** Its running statistics lie elsewhere than those of training, or do so no more. Said once each. */
  | ({ readonly kind: 'drift'; readonly input: string; readonly time: TimeSpan } & Drift)
  /** The stream is over; `error` is why when it was lost. */
  | { readonly kind: 'end'; readonly input: string; readonly error?: ModalkitError };

/** Sums of a session so far, by input. */
export interface LiveCounts {
  /** Windows that were complete: every one of them is answered, bad, dropped or waiting. */
  readonly windows: number;
  readonly answered: number;
  readonly bad: number;
  /** Oldest first, because the model was slower than the input. */
  readonly dropped: number;
}
