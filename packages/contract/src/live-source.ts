import type { Json } from './json.js';

/** Start and end in seconds. */
export type TimeSpan = readonly [start: number, end: number];

/** What comes out of a live stream, in the order of its times. */
export type LiveEvent<Value = unknown> =
  | {
      readonly kind: 'data';
      readonly value: Value;
      /** On the shared clock, after the stream's own clock was corrected. */
      readonly time: TimeSpan;
      /** When its last byte was read, on the shared clock. */
      readonly arrived: number;
    }
  /** Nothing is known of this time: never bridged silently. */
  | { readonly kind: 'gap'; readonly time: TimeSpan; readonly reason: string };

/** An opened live source. Iterating ends when the source is exhausted or the signal aborts. */
export interface LiveStream<Value = unknown> extends AsyncIterable<LiveEvent<Value>> {
  /** Every packet, frame or block that was sent is in exactly one of `used`, `late`, `duplicate`, `lost`, `bad`, `dropped`. */
  counters(): Readonly<Record<string, number>>;
}

export interface LiveContext {
  /** The shared clock of a session in seconds; never goes back. */
  now(): number;
  readonly signal: AbortSignal;
  /** Tells people one sentence: connected, lost, reconnected. */
  notice(message: string): void;
}

/** Appends a stream's events to a file of a recording. What was written a second ago survives a kill. */
export interface Recorder<Value = unknown> {
  write(event: LiveEvent<Value>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A device that yields data as time passes. A config names it in `live`; no manifest ever does. A package whose sources
 * can be named on a command line exports `liveSource(address: string): Plugin`.
 */
export interface LiveSource<Value = unknown> {
  readonly id: string;
  readonly options: Json;
  /** What it is connected to, for people: `/dev/ttyUSB0`. */
  readonly address: string;
  /** Opens the device and reconnects to it by itself; what cannot come back ends the iteration with an error. */
  open(context: LiveContext): LiveStream<Value>;
  /** Ending of the file that `record` writes: `jsonl`, `wav`. The adapter of the same package reads it as a sample. */
  readonly extension: string;
  /** @param origin second of the shared clock that is 0 in the file */
  record(file: string, origin: number): Promise<Recorder<Value>>;
  /**
   * Plays such a file as if it came now: its second 0 is the moment of the call, so that streams of one recording stay on one
   * clock, and times keep their distances. Events come `speed` times as fast; as fast as they are taken when it is Infinity.
   */
  replay(file: string, speed: number, context: LiveContext): LiveStream<Value>;
  /** The bytes that the device would have sent, so that a recording can be played through a pseudo-terminal. */
  bytesOf?(event: LiveEvent<Value>): Uint8Array;
}

/** A window of a live stream, ready for `collate`. */
export interface LiveWindow<Prepared = unknown> {
  readonly prepared: Prepared;
  /** On the shared clock. */
  readonly time: TimeSpan;
  /** When the data that completed it arrived. */
  readonly arrived: number;
}

/** Cuts a live stream into prepared windows. An adapter with `supports.streaming` makes the same tokens of them as offline. */
export interface AdapterStream<Prepared = unknown> {
  /** Tokens that a window has at most as long as nothing is amiss; a session is then ready for it before the first one comes. */
  readonly length?: number;
  push(event: LiveEvent): readonly LiveWindow<Prepared>[];
  /** The windows that are left when the stream ends. */
  flush(): readonly LiveWindow<Prepared>[];
}
