import { join, resolve } from 'node:path';
import {
  byArrival,
  byTime,
  type LiveContext,
  ModalkitError,
  type RecordedStream,
  readRecording,
  sessionClock,
  suggestName,
} from '@modalkit/core';
import { type EventSink, printingSink } from '../event-sink.js';
import { speedOf } from '../numbers.js';
import { createOutput } from '../output.js';
import { recordedSources } from '../recorded-sources.js';
import { stopOnSignals } from '../signals.js';
import { terminalSink } from '../terminal-sink.js';

export interface ReplayFlags {
  readonly speed: string;
  readonly stream?: string;
  readonly project?: string;
  readonly pty?: boolean;
  readonly json?: boolean;
}

/** `modalkit replay`. */
export async function replay(recording: string, flags: ReplayFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'ending the replay');
  const speed = speedOf(flags.speed);
  const folder = resolve(recording);
  const streams = chosen((await readRecording(folder)).streams, flags.stream);
  const { sources, dispose } = await recordedSources(streams, flags.project);
  const sink = flags.pty ? await terminalSink(sources, output, signal) : printingSink(sources, output);
  const over = new AbortController();
  const context: LiveContext = {
    now: sessionClock(),
    signal: AbortSignal.any([signal, over.signal]),
    notice: output.say,
  };
  const playing = streams.filter(({ name }) => sink.streams.includes(name));
  const opened = Object.fromEntries(
    playing.map(({ name, file }) => [name, sources[name]!.replay(join(folder, file), speed, context)]),
  );
  const { events, error } = await pour(speed === Number.POSITIVE_INFINITY ? byTime(opened) : byArrival(opened), sink);
  over.abort();
  await sink.close();
  await dispose();
  if (error !== undefined && !signal.aborted) throw error;
  const counts = playing.map(({ name }) => `${events[name] ?? 0} events of ${name}`);
  output.say(`Played ${counts.join(', ')}.`);
  output.result({ kind: 'end', recording: folder, events });
}

/** Gives every event to a sink until that takes no more. */
async function pour(items: ReturnType<typeof byArrival>, sink: EventSink) {
  const events: Record<string, number> = {};
  let error: unknown;
  for await (const item of items) {
    if (item.kind === 'end') error ??= item.error;
    else if (await sink.take(item.name, item.event)) events[item.name] = (events[item.name] ?? 0) + 1;
    else break;
  }
  return { events, error };
}

/** @throws ModalkitError USAGE when the recording has no stream of that name */
function chosen(streams: readonly RecordedStream[], name: string | undefined): readonly RecordedStream[] {
  const found = streams.filter((stream) => name === undefined || stream.name === name);
  if (found.length > 0) return found;
  const names = streams.map((stream) => stream.name);
  throw new ModalkitError('USAGE', `--stream ${name}: the recording has no such stream; ${suggestName(name!, names)}`);
}
