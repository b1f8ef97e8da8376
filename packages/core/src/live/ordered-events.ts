import type { LiveEvent, LiveStream } from '@modalkit/contract';

/** What one of several streams yields. A stream that ends says so, with the error that ended it. */
export type StreamEvent =
  | { readonly kind: 'event'; readonly name: string; readonly event: LiveEvent }
  | { readonly kind: 'end'; readonly name: string; readonly error?: unknown };

/** Streams by name, opened or not: they open when they are iterated. */
export type Streams = Readonly<Record<string, LiveStream>>;

/**
 * The events of several streams as they arrive. The next event of a stream is asked for when the one before was taken,
 * so that a slow reader is felt by the stream, which drops and counts by its own policy.
 */
export async function* byArrival(streams: Streams): AsyncGenerator<StreamEvent> {
  const waiting: { item: StreamEvent; taken: () => void }[] = [];
  let wake = () => {};
  const put = (item: StreamEvent) =>
    new Promise<void>((taken) => {
      waiting.push({ item, taken });
      wake();
    });
  const pump = async (name: string, stream: LiveStream) => {
    for await (const item of itemsOf(name, stream)) await put(item);
  };
  for (const [name, stream] of Object.entries(streams)) void pump(name, stream);
  let left = Object.keys(streams).length;
  while (left > 0) {
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const { item, taken } = waiting.shift()!;
    if (item.kind === 'end') left--;
    yield item;
    taken();
  }
}

/** The events of several streams in the order of their times: for recordings that are played as fast as they are taken. */
export async function* byTime(streams: Streams): AsyncGenerator<StreamEvent> {
  // All begin in one turn of the clock: second 0 of each recording is the same moment.
  const heads = await Promise.all(
    Object.entries(streams).map(async ([name, stream]) => {
      const items = itemsOf(name, stream);
      return { items, next: (await items.next()).value! };
    }),
  );
  while (heads.length > 0) {
    const first = heads.reduce((best, head) => (endOf(head.next) < endOf(best.next) ? head : best));
    yield first.next;
    if (first.next.kind === 'end') heads.splice(heads.indexOf(first), 1);
    else first.next = (await first.items.next()).value!;
  }
}

async function* itemsOf(name: string, stream: LiveStream): AsyncGenerator<StreamEvent, undefined> {
  try {
    for await (const event of stream) yield { kind: 'event', name, event };
  } catch (error) {
    return yield { kind: 'end', name, error };
  }
  return yield { kind: 'end', name };
}

/** An end comes at once: nothing of its stream is left. */
function endOf(item: StreamEvent): number {
  return item.kind === 'end' ? Number.NEGATIVE_INFINITY : item.event.time[1];
}
