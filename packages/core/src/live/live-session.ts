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
import type { HostInput } from '../data/host-batch.js';
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
/** Seconds by which the ends of windows may differ that are asked about together. */
const MOMENT = 0.05;
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
  /**
   * Waits for the model instead of dropping windows, and takes events by their times: for recordings at full speed. An answer then waits for the
   * event after its windows, and silence is never told.
   */
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
  windows(inputs: readonly string[]): Promise<LiveWindows>;
  search(vector: Float32Array, input: string, top: number): Promise<readonly Match[]>;
  close(): Promise<void>;
}

/** A window as the model takes it. */
interface CollatedWindow extends InputWindow {
  readonly host: HostInput;
}

/** A model on live input: streams on one clock, cut into windows, each asked about with its neighbours. */
export class LiveSession implements AsyncIterable<LiveReport> {
  private readonly parts: SessionParts;
  private readonly now = sessionClock();
  private readonly stop = new AbortController();
  private readonly sums: Record<string, { -readonly [Key in keyof LiveCounts]: LiveCounts[Key] }>;
  private readonly queue: ReportQueue;
  private readonly present: AtHand<CollatedWindow>;
  private readonly tolerance: number;
  private readonly drift: ReturnType<typeof driftWatch>;
  private streams: Readonly<Record<string, LiveStream>> = {};
  private windows: LiveWindows | undefined;
  /** What was asked about, for as long as its result is kept. */
  private readonly asked = new WeakMap<LiveResult, Readonly<Record<string, HostInput>>>();

  constructor(parts: SessionParts) {
    const { tolerance = 1, lossless = false, drift = DRIFT } = parts.options;
    this.parts = parts;
    this.tolerance = tolerance;
    this.present = atHand(tolerance);
    this.drift = driftWatch(drift);
    this.sums = mapNames(parts.feeds, () => ({ windows: 0, answered: 0, bad: 0, dropped: 0 }));
    const apart = Math.min(MOMENT, tolerance);
    this.queue = reportQueue({ room: ROOM, lossless, apart, dropped: (input) => this.sums[input]!.dropped++ });
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
    const hosts = this.asked.get(result);
    if (!hosts || !this.windows || !headsAsked(this.parts.runtime, inputs).includes(head)) return undefined;
    return this.windows.ask(pick(hosts, inputs), [head]);
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
      const windows = await this.parts.windows(Object.keys(feeds));
      this.windows = windows;
      this.streams = mapNames(feeds, (_, feed) => feed.open(context));
      void this.feed(windows.cuts).then(ended, end);
      for (let item = await this.queue.take(); item && !signal.aborted; item = await this.queue.take()) {
        for (const report of item.kind === 'moment' ? await this.answer(windows, item.windows) : [this.told(item)]) {
          if (report.kind === 'result') this.sums[report.input]!.answered++;
          yield report;
          if (signal.aborted) return;
        }
        // Devices are read between two moments, whatever the speed of the model.
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
  private async feed(cuts: LiveWindows['cuts']): Promise<void> {
    const names = Object.keys(this.streams);
    // A recording at full speed is silent only where it waits for the model.
    const limit = this.parts.options.lossless ? Number.POSITIVE_INFINITY : Math.max(SILENT_SECONDS, this.tolerance);
    const silence = silenceWatch(names, limit, this.now, (input, seconds) => {
      void this.queue.put({ kind: 'silent', input, seconds });
    });
    try {
      for await (const item of this.parts.options.lossless ? byTime(this.streams) : byArrival(this.streams)) {
        if (item.kind === 'end') {
          silence.over(item.name);
          await this.over(item, cuts[item.name]!);
        } else {
          silence.heard(item.name);
          await this.take(item.name, item.event, cuts[item.name]!);
        }
      }
    } finally {
      silence.close();
    }
  }

  private async take(input: string, event: LiveEvent, cut: AdapterStream): Promise<void> {
    await this.putAll(input, cut.push(event));
    if (event.kind === 'gap') await this.queue.put({ kind: 'gap', input, time: event.time, reason: event.reason });
  }

  private async over(
    { name, error: thrown }: Extract<StreamEvent, { kind: 'end' }>,
    cut: AdapterStream,
  ): Promise<void> {
    await this.putAll(name, cut.flush());
    const error = thrown === undefined ? undefined : streamError(name, this.parts.feeds[name]!.source, thrown);
    await this.queue.put({ kind: 'end', input: name, ...(error && { error }) });
  }

  private async putAll(input: string, windows: readonly Omit<InputWindow, 'input'>[]): Promise<void> {
    for (const window of windows) {
      this.sums[input]!.windows++;
      await this.queue.put({ kind: 'window', window: { ...window, input } });
    }
  }

  /** What is over or unknown is no present of what comes after it. */
  private told(report: LiveReport): LiveReport {
    if (report.kind === 'gap') this.present.forget(report.input, report.time[1]);
    if (report.kind === 'end' && report.error) this.present.forget(report.input, Number.POSITIVE_INFINITY);
    return report;
  }

  /** Asks once about the windows of one moment, but for those that cannot be read. */
  private async answer(windows: LiveWindows, moment: readonly InputWindow[]): Promise<LiveReport[]> {
    const reports: LiveReport[] = [];
    const good: CollatedWindow[] = [];
    for (const window of moment) {
      try {
        good.push({ ...window, host: await windows.collate(window.input, window.prepared) });
      } catch (error) {
        if (!isModalkitError(error) || error.code !== 'SAMPLE') throw error;
        const { input, time } = window;
        this.sums[input]!.bad++;
        reports.push({ kind: 'bad', input, time, reason: error.message });
      }
    }
    if (good.length > 0) reports.push(...(await this.ask(windows, good)));
    for (const window of good) {
      this.present.note(window);
      const { input, time, prepared } = window;
      for (const drift of this.drift(input, windows.scores(input, prepared), time))
        reports.push({ kind: 'drift', input, time, ...drift });
    }
    return reports;
  }

  private async ask(windows: LiveWindows, moment: readonly CollatedWindow[]): Promise<LiveResult[]> {
    const { runtime } = this.parts;
    const hosts = mapNames(this.present.around(moment), (_, { host }) => host);
    const inputs = Object.keys(hosts).sort();
    const asked = moment.map(({ input }) => headsAsked(runtime, inputs, input));
    const embedded = moment.map(({ input }) => input);
    const { vectors, classes, scores } = await windows.ask(hosts, [...new Set(asked.flat())], embedded);
    const matches = await Promise.all(embedded.map((input) => this.matches(input, vectors[input]!)));
    return moment.map(({ input, time, arrived }, at) => {
      const own = { classes: pick(classes, asked[at]!), scores: pick(scores, asked[at]!), matches: matches[at]! };
      const latencyMs = (this.now() - arrived) * 1000;
      const result: LiveResult = { kind: 'result', input, inputs, time, ...own, latencyMs };
      this.asked.set(result, hosts);
      return result;
    });
  }

  private async matches(input: string, vector: Float32Array): Promise<readonly Match[]> {
    const { options, search } = this.parts;
    const searched = options.search?.inputs[input] ?? [];
    const found = searched.map((to) => search(vector, to, options.search!.top));
    return (await Promise.all(found)).flat();
  }
}

function mapNames<A, B>(record: Readonly<Record<string, A>>, map: (name: string, value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}

function pick<A>(record: Readonly<Record<string, A>>, names: readonly string[]): Record<string, A> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}
