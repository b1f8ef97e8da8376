import type { LiveEvent, LiveSource, LiveStream, TimeSpan } from '@modalkit/contract';
import { type Recorded, recordStreams } from '../live/record-streams.js';
import type { RecordedSource } from '../live/record-track.js';
import { writeLabels } from '../live/recording-labels.js';
import type { KeptEvents } from './kept-events.js';

export interface KeepOptions {
  readonly events: KeptEvents;
  /** By stream. */
  readonly sources: Readonly<Record<string, RecordedSource>>;
  /** A new folder. */
  readonly folder: string;
  /** What is kept, in seconds of the session's clock. */
  readonly time: TimeSpan;
  /** What the recording is labelled with, from this second on. */
  readonly label: { readonly name: string; readonly from: number };
  readonly signal: AbortSignal;
  /** The date of a second of the session's clock. */
  dateOf(seconds: number): Date;
}

/**
 * Keeps the seconds around an alarm as a recording: what was before it is on the disk at once, the rest as it comes. A kill leaves
 * a recording that says so.
 * @throws ModalkitError as `recordStreams` does
 */
export async function keepRecording({
  events,
  folder,
  label,
  signal,
  dateOf,
  ...asked
}: KeepOptions): Promise<Recorded> {
  const origin = events.beginOf(asked.time[0]);
  let newest = origin;
  const eventsOf = async function* (name: string): AsyncGenerator<LiveEvent, void> {
    for await (const event of events.between(name, asked.time, signal)) {
      newest = Math.max(newest, event.time[1]);
      yield event;
    }
  };
  const sources = Object.fromEntries(
    Object.entries(asked.sources).map(([name, { source, made }]) => {
      const open = (): LiveStream => {
        const stream = eventsOf(name);
        return { counters: () => ({}), [Symbol.asyncIterator]: () => stream };
      };
      return [name, { made, source: opening(source, open) }];
    }),
  );
  const clock = { origin, started: dateOf(origin), now: () => newest - origin };
  const recorded = await recordStreams({ sources, folder, signal, clock, notice: () => undefined });
  const { seconds } = recorded.recording;
  const start = Math.min(seconds, Math.max(0, label.from - origin));
  await writeLabels(folder, [{ start, end: seconds, label: label.name, source: 'alarm' }]);
  return recorded;
}

/** A source as it is, but for what it opens. */
function opening(source: LiveSource, open: LiveSource['open']): LiveSource {
  const { id, options, address, extension } = source;
  return {
    id,
    options,
    address,
    extension,
    open,
    record: source.record.bind(source),
    replay: source.replay.bind(source),
  };
}
