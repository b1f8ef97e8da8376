import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AdapterStream,
  isModalkitError,
  type LiveContext,
  type LiveEvent,
  type LiveSource,
  type LiveStream,
} from '@modalkit/contract';
import { type AtHand, atHand } from './at-hand.js';
import type { LiveModel } from './live-model.js';
import type { InputWindow, LiveCounts, LiveReport, LiveResult } from './live-report.js';
import { byArrival, byTime, type StreamEvent } from './ordered-events.js';
import { type ReportQueue, reportQueue } from './report-queue.js';
import { sessionClock } from './session-clock.js';
import { silenceWatch } from './silence-watch.js';
import { streamError } from './stream-error.js';

/** Windows of an input that may wait for the model: more would only be answered later. */
const ROOM = 4;
/** Seconds without an event after which a stream is called silent, at least. */
const SILENT_SECONDS = 2;

/** What feeds an input. */
export interface LiveFeed {
  readonly source: LiveSource;
  /** Opens the device, or plays a recording of it. */
  open(context: LiveContext): LiveStream;
}

export interface LiveOptions {
  readonly model: LiveModel;
  /** By input. */
  readonly feeds: Readonly<Record<string, LiveFeed>>;
  readonly signal: AbortSignal;
  /** Windows of different inputs at most this many seconds apart are asked about together. */
  readonly tolerance: number;
  /** Waits for the model instead of dropping windows, and takes events by their times: for recordings at full speed. */
  readonly lossless?: boolean;
  /** Which inputs to search for matches of an input, and how many of each. */
  readonly search?: { readonly inputs: Readonly<Record<string, readonly string[]>>; readonly top: number };
  notice(message: string): void;
}

/** A model on live input: streams on one clock, cut into windows, each asked about with its neighbours. */
export class LiveSession {
  private readonly options: LiveOptions;
  private readonly now = sessionClock();
  private readonly stop = new AbortController();
  private readonly cuts: Readonly<Record<string, AdapterStream>>;
  private readonly sums: Record<string, { -readonly [Key in keyof LiveCounts]: LiveCounts[Key] }> = {};
  private readonly queue: ReportQueue;
  private readonly present: AtHand;
  private streams: Readonly<Record<string, LiveStream>> = {};

  /** @throws ModalkitError when an adapter cannot cut live input; no device is opened yet */
  constructor(options: LiveOptions) {
    this.options = options;
    this.present = atHand(options.tolerance);
    this.cuts = mapNames(options.feeds, (name) => options.model.cut(name));
    for (const name of Object.keys(options.feeds)) this.sums[name] = { windows: 0, answered: 0, bad: 0, dropped: 0 };
    this.queue = reportQueue(ROOM, options.lossless ?? false, (input) => this.sums[input]!.dropped++);
  }

  /** Windows so far, by input. */
  counts(): Readonly<Record<string, LiveCounts>> {
    return structuredClone(this.sums);
  }

  /** What the sources count, by input. */
  counters(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return mapNames(this.streams, (_, stream) => ({ ...stream.counters() }));
  }

  /** Opens the streams. Ends when all of them are over or the signal aborts; to be iterated once. */
  async *reports(): AsyncGenerator<LiveReport> {
    const { signal } = this.options;
    const context: LiveContext = {
      now: this.now,
      signal: AbortSignal.any([signal, this.stop.signal]),
      notice: this.options.notice,
    };
    this.streams = mapNames(this.options.feeds, (_, feed) => feed.open(context));
    const end = (error?: unknown) => this.queue.end(error);
    void this.feed().then(() => end(), end);
    signal.addEventListener('abort', () => end(), { once: true });
    try {
      for (let item = await this.queue.take(); item && !signal.aborted; item = await this.queue.take()) {
        yield item.kind === 'window' ? await this.answer(item.window) : item;
        // Devices are read between two windows, whatever the speed of the model.
        await nextTurn();
      }
    } finally {
      this.stop.abort();
      end();
    }
  }

  /** Cuts what comes into windows, until every stream is over. */
  private async feed(): Promise<void> {
    const names = Object.keys(this.streams);
    const limit = Math.max(SILENT_SECONDS, this.options.tolerance);
    const silence = silenceWatch(names, limit, this.now, (input, seconds) => {
      void this.queue.put({ kind: 'silent', input, seconds });
    });
    try {
      for await (const item of this.options.lossless ? byTime(this.streams) : byArrival(this.streams)) {
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
    const error = thrown === undefined ? undefined : streamError(name, this.options.feeds[name]!.source, thrown);
    await this.queue.put({ kind: 'end', input: name, ...(error && { error }) });
  }

  private async putAll(input: string, windows: readonly Omit<InputWindow, 'input'>[]): Promise<void> {
    for (const window of windows) {
      this.sums[input]!.windows++;
      await this.queue.put({ kind: 'window', window: { ...window, input } });
    }
  }

  private async answer(window: InputWindow): Promise<LiveReport> {
    const { input, time } = window;
    try {
      const result = await this.ask(window);
      this.present.note(window);
      this.sums[input]!.answered++;
      return result;
    } catch (error) {
      if (!isModalkitError(error) || error.code !== 'SAMPLE') throw error;
      this.sums[input]!.bad++;
      return { kind: 'bad', input, time, reason: error.message };
    }
  }

  private async ask(window: InputWindow): Promise<LiveResult> {
    const { input, time, arrived } = window;
    const { model, search } = this.options;
    const prepared = mapNames(this.present.around(window), (_, { prepared }) => prepared);
    const { vector, classes } = await model.infer(input, prepared);
    const searched = search?.inputs[input] ?? [];
    const matches = (await Promise.all(searched.map((to) => model.search(vector, to, search!.top)))).flat();
    const latencyMs = (this.now() - arrived) * 1000;
    return { kind: 'result', input, inputs: Object.keys(prepared).sort(), time, classes, matches, latencyMs };
  }
}

function mapNames<A, B>(record: Readonly<Record<string, A>>, map: (name: string, value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
