import type { LiveEvent, LiveStream } from '@modalkit/contract';
import type { LiveFeed } from '../live/live-session.js';

/** Seconds after which a stream from which nothing comes is not waited for any more, when others go on. */
const PATIENCE = 1;

/** The newest events of a live session's streams, so that what was before an alarm is still there when it begins. */
export class KeptEvents {
  private readonly kept = new Map<string, LiveEvent[]>();
  /** Second at which the newest event of any stream begins. */
  private newest = Number.NEGATIVE_INFINITY;
  private readonly listeners = new Set<(name: string, event: LiveEvent) => void>();

  /** @param seconds how long an event is kept */
  constructor(private readonly seconds: number) {}

  /** A feed whose events are kept as they are read. */
  overhear(name: string, feed: LiveFeed): LiveFeed {
    return {
      ...feed,
      open: (context) => {
        const stream = feed.open(context);
        const events = this.heard(name, stream);
        return { counters: () => stream.counters(), [Symbol.asyncIterator]: () => events };
      },
    };
  }

  /** Second at which the first of the events begins that end after `from`; `from` itself when there are none. */
  beginOf(from: number): number {
    const begins = [...this.kept.values()].flatMap(
      (events) => events.find(({ time }) => time[1] > from)?.time[0] ?? [],
    );
    return Math.min(from, ...begins);
  }

  /**
   * The events of a stream from `from` on, those that are still to come until `to` too. Ends when all streams are past that, or the
   * signal aborts.
   */
  async *between(
    name: string,
    [from, to]: readonly [number, number],
    signal: AbortSignal,
  ): AsyncGenerator<LiveEvent, void> {
    const waiting = (this.kept.get(name) ?? []).filter(({ time }) => time[1] > from && time[0] < to);
    let over = signal.aborted;
    let wake = () => {};
    const end = () => {
      over = true;
      wake();
    };
    const listener = (heard: string, event: LiveEvent) => {
      if (heard === name && event.time[0] < to) waiting.push(event);
      if ((heard === name && event.time[1] >= to) || event.time[0] >= to + PATIENCE) over = true;
      wake();
    };
    this.listeners.add(listener);
    signal.addEventListener('abort', end);
    if ((waiting.at(-1)?.time[1] ?? from) >= to || this.newest >= to + PATIENCE) over = true;
    try {
      for (;;) {
        const event = waiting.shift();
        if (event) yield event;
        else if (over) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.listeners.delete(listener);
      signal.removeEventListener('abort', end);
    }
  }

  private async *heard(name: string, stream: LiveStream): AsyncGenerator<LiveEvent, void> {
    const events: LiveEvent[] = [];
    this.kept.set(name, events);
    for await (const event of stream) {
      events.push(event);
      const old = events.findIndex(({ time }) => time[1] >= event.time[1] - this.seconds);
      events.splice(0, Math.max(0, old));
      this.newest = Math.max(this.newest, event.time[0]);
      for (const listener of this.listeners) listener(name, event);
      yield event;
    }
  }
}
