import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AdapterStream,
  isModalkitError,
  type LiveContext,
  type LiveEvent,
  type LiveSource,
  type LiveStream,
} from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { headsAsked } from '../infer/heads-asked.js';
import type { Match } from '../search/index.js';
import { type AtHand, atHand } from './at-hand.js';
import { driftWatch } from './drift-watch.js';
import type { InputWindow, LiveCounts, LiveReport, LiveResult } from './live-report.js';
import type { LiveWindows } from './live-windows.js';
import { byArrival, byTime, type StreamEvent } from './ordered-events.js';
import { type ReportQueue, reportQueue } from './report-queue.js';
import { sessionClock } from './session-clock.js';
import { silenceWatch } from './silence-watch.js';
import { streamError } from './stream-error.js';

/** Windows of an input that may wait for the model: more would only be answered later. */
const ROOM = 4;
/** Seconds without an event after which a stream is called silent, at least. */
const SILENT_SECONDS = 2;
/** Deviations. */
const DRIFT = 3;

/** What feeds an input. */
export interface LiveFeed {
  readonly source: LiveSource;
  /** Opens the device, or plays a recording of it. */
  open(context: LiveContext): LiveStream;
}

export interface SessionOptions<Input extends string = string> {
  /** Ends the session. */
  readonly signal?: AbortSignal;
  /** Windows of different inputs at most this many seconds apart are asked about together; 1 when left out. */
  readonly tolerance?: number;
  /** Waits for the model instead of dropping windows, and takes events by their times: for recordings at full speed. */
  readonly lossless?: boolean;
  /** Deviations by which an input's running mean may be off that of training before it is said to drift; 3 when left out. */
  readonly drift?: number;
  /** Which inputs to search for matches of an input, and how many of each. */
  readonly search?: { readonly inputs: { readonly [Name in Input]?: readonly Input[] }; readonly top: number };
  /** Told one sentence: connected, lost, connected again. */
  notice?(message: string): void;
}

interface SessionParts {
  readonly options: SessionOptions;
  readonly runtime: Runtime;
  /** By input. */
  readonly feeds: Readonly<Record<string, LiveFeed>>;
  windows(): Promise<LiveWindows>;
  search(vector: Float32Array, input: string, top: number): Promise<readonly Match[]>;
  close(): Promise<void>;
}

/** A model on live input: streams on one clock, cut into windows, each asked about with its neighbours. */
export class LiveSession implements AsyncIterable<LiveReport> {
  private readonly parts: SessionParts;
  private readonly now = sessionClock();
  private readonly stop = new AbortController();
  private readonly sums: Record<string, { -readonly [Key in keyof LiveCounts]: LiveCounts[Key] }>;
  private readonly queue: ReportQueue;
  private readonly present: AtHand;
  private readonly tolerance: number;
  private readonly drift: ReturnType<typeof driftWatch>;
  private cuts: Readonly<Record<string, AdapterStream>> = {};
  private streams: Readonly<Record<string, LiveStream>> = {};
  private windows: LiveWindows | undefined;
  /** What was asked about, for as long as its result is kept. */
  private readonly asked = new WeakMap<LiveResult, Readonly<Record<string, unknown>>>();

  constructor(parts: SessionParts) {
    const { tolerance = 1, lossless = false, drift = DRIFT } = parts.options;
    this.parts = parts;
    this.tolerance = tolerance;
    this.present = atHand(tolerance);
    this.drift = driftWatch(drift);
    this.sums = mapNames(parts.feeds, () => ({ windows: 0, answered: 0, bad: 0, dropped: 0 }));
    this.queue = reportQueue(ROOM, lossless, (input) => this.sums[input]!.dropped++);
  }

  /** The date of a second of the session's clock, by what the computer's date says now. */
  dateOf(seconds: number): Date {
    return new Date(Date.now() + (seconds - this.now()) * 1000);
  }

  /**
   * Asks a head again about a result's windows with only some of their inputs, the others absent; undefined when it cannot be
   * asked so. To be called before the next report is taken: the model answers one question at a time.
   */
  async again(
    result: LiveResult,
    inputs: readonly string[],
    head: string,
  ): Promise<Pick<LiveResult, 'classes' | 'scores'> | undefined> {
    const prepared = this.asked.get(result);
    if (!prepared || !this.windows || !headsAsked(this.parts.runtime, inputs).includes(head)) return undefined;
    return this.windows.ask(Object.fromEntries(inputs.map((input) => [input, prepared[input]])), [head]);
  }

  /** Windows so far, by input. */
  counts(): Readonly<Record<string, LiveCounts>> {
    return structuredClone(this.sums);
  }

  /** What the sources count, by input. */
  counters(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return mapNames(this.streams, (_, stream) => ({ ...stream.counters() }));
  }

  /**
   * Opens the streams. Ends when all of them are over or the signal aborts; to be iterated once.
   * @throws ModalkitError when an adapter cannot cut live input, before a device is opened
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<LiveReport> {
    const { feeds, options } = this.parts;
    const signal = options.signal ?? new AbortController().signal;
    const context: LiveContext = {
      now: this.now,
      signal: AbortSignal.any([signal, this.stop.signal]),
      notice: options.notice ?? (() => undefined),
    };
    const end = (error?: unknown) => this.queue.end(error);
    const ended = () => end();
    signal.addEventListener('abort', ended, { once: true });
    try {
      const windows = await this.parts.windows();
      this.windows = windows;
      this.cuts = mapNames(feeds, (name) => windows.cut(name));
      this.streams = mapNames(feeds, (_, feed) => feed.open(context));
      void this.feed().then(ended, end);
      for (let item = await this.queue.take(); item && !signal.aborted; item = await this.queue.take()) {
        yield item.kind === 'window' ? await this.answer(windows, item.window) : item;
        // Devices are read between two windows, whatever the speed of the model.
        await nextTurn();
      }
    } finally {
      signal.removeEventListener('abort', ended);
      this.stop.abort();
      end();
      await this.parts.close();
    }
  }

  /** Cuts what comes into windows, until every stream is over. */
  private async feed(): Promise<void> {
    const names = Object.keys(this.streams);
    const limit = Math.max(SILENT_SECONDS, this.tolerance);
    const silence = silenceWatch(names, limit, this.now, (input, seconds) => {
      void this.queue.put({ kind: 'silent', input, seconds });
    });
    try {
      for await (const item of this.parts.options.lossless ? byTime(this.streams) : byArrival(this.streams)) {
        if (item.kind === 'end') {
          silence.over(item.name);
          await this.over(item);
        } else {
          silence.heard(item.name);
          await this.take(item.name, item.event);
        }
      }
    } finally {
      silence.close();
    }
  }

  private async take(input: string, event: LiveEvent): Promise<void> {
    await this.putAll(input, this.cuts[input]!.push(event));
    if (event.kind === 'data') return;
    this.present.forget(input, event.time[1]);
    await this.queue.put({ kind: 'gap', input, time: event.time, reason: event.reason });
  }

  private async over({ name, error: thrown }: Extract<StreamEvent, { kind: 'end' }>): Promise<void> {
    await this.putAll(name, this.cuts[name]!.flush());
    if (thrown !== undefined) this.present.forget(name, Number.POSITIVE_INFINITY);
    const error = thrown === undefined ? undefined : streamError(name, this.parts.feeds[name]!.source, thrown);
    await this.queue.put({ kind: 'end', input: name, ...(error && { error }) });
  }

  private async putAll(input: string, windows: readonly Omit<InputWindow, 'input'>[]): Promise<void> {
    for (const window of windows) {
      this.sums[input]!.windows++;
      await this.queue.put({ kind: 'window', window: { ...window, input } });
    }
  }

  private async answer(windows: LiveWindows, window: InputWindow): Promise<LiveReport> {
    const { input, time } = window;
    try {
      const result = await this.ask(windows, window);
      this.present.note(window);
      this.sums[input]!.answered++;
      for (const drift of this.drift(input, windows.scores(input, window.prepared), time))
        void this.queue.put({ kind: 'drift', input, time, ...drift });
      return result;
    } catch (error) {
      if (!isModalkitError(error) || error.code !== 'SAMPLE') throw error;
      this.sums[input]!.bad++;
      return { kind: 'bad', input, time, reason: error.message };
    }
  }

  private async ask(windows: LiveWindows, window: InputWindow): Promise<LiveResult> {
    const { input, time, arrived } = window;
    const { runtime, options, search } = this.parts;
    const prepared = mapNames(this.present.around(window), (_, { prepared }) => prepared);
    const heads = headsAsked(runtime, Object.keys(prepared), input);
    const { vectors, classes, scores } = await windows.ask(prepared, heads, input);
    const searched = options.search?.inputs[input] ?? [];
    const found = searched.map((to) => search(vectors[input]!, to, options.search!.top));
    const matches = (await Promise.all(found)).flat();
    const latencyMs = (this.now() - arrived) * 1000;
    const answer = { classes, scores, matches, latencyMs };
    const result: LiveResult = { kind: 'result', input, inputs: Object.keys(prepared).sort(), time, ...answer };
    this.asked.set(result, prepared);
    return result;
  }
}

function mapNames<A, B>(record: Readonly<Record<string, A>>, map: (name: string, value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
