import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type LiveContext, type LiveEvent, type LiveStream, ModalkitError } from '@modalkit/contract';
import { waitUntil } from '@modalkit/toolkit';
import { parse } from 'csv-parse/sync';
import { gapOfLine } from '../files/gap-line.js';
import { newCounters } from './counters.js';
import { csvFormat } from './csv-format.js';
import { PacketBatch } from './packet-batch.js';
import { ChunkBuilder, type SensorChunk } from './sensor-chunk.js';

/**
 * Seconds of the recording in one event, and when it is played as fast as it is taken: few enough that windows of all streams come
 * moment by moment.
 */
const EVENT_SECONDS = 0.02;
const FAST_EVENT_SECONDS = 0.1;
/** Packets of an event at most. */
const MOST_PACKETS = 65_536;

/**
 * Plays a recording of `recordCsv` as if it came now: second 0 of the file is the second at which iteration begins, so
 * recordings that are begun together stay together. Times keep their distances whatever the speed, so that windows are those
 * of the recording; only when events come is `speed` times as fast.
 */
export function replayCsv(
  file: string,
  speed: number,
  context: LiveContext,
  names: readonly string[],
): LiveStream<SensorChunk> {
  const counters = newCounters();
  return {
    counters: () => ({ ...counters }),
    async *[Symbol.asyncIterator]() {
      const start = context.now();
      for await (const event of eventsOf(file, names, speed, counters)) {
        if (!(await waitUntil(start + event.time[1] / speed, context))) return;
        const time = [start + event.time[0], start + event.time[1]] as const;
        if (event.kind === 'gap') {
          counters.gaps++;
          yield { ...event, time };
        } else {
          const { times } = event.value;
          for (let row = 0; row < times.length; row++) times[row]! += start;
          counters.used += times.length;
          yield { ...event, time, arrived: context.now() };
        }
      }
    },
  };
}

async function* eventsOf(
  file: string,
  names: readonly string[],
  speed: number,
  counters: { bad: number },
): AsyncGenerator<LiveEvent<SensorChunk>> {
  let decode: ((line: string) => boolean) | undefined;
  const batch = new PacketBatch(names.length);
  let builder = new ChunkBuilder(names);
  const most = speed === Number.POSITIVE_INFINITY ? FAST_EVENT_SECONDS : EVENT_SECONDS;
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const gap = gapOfLine(line);
    if (gap) {
      if (builder.count > 0) yield builder.event();
      builder = new ChunkBuilder(names);
      yield { kind: 'gap', time: gap.time, reason: gap.reason };
    } else if (line.startsWith('#') || line === '') continue;
    else if (!decode) decode = lineDecoder(file, line, names, batch);
    else if (!decode(line)) counters.bad++;
    else {
      const time = batch.device[0]!;
      // Times that stand still or go back end an event too: it can't grow without end.
      const full = time - builder.start >= most || time < builder.start || builder.count >= MOST_PACKETS;
      if (builder.count > 0 && full) {
        yield builder.event();
        builder = new ChunkBuilder(names);
      }
      builder.add(time, batch.sequence[0]!, time, time, batch.values, 0);
    }
  }
  if (builder.count > 0) yield builder.event();
}

/** Decodes one line into row 0 of the batch; packets without a number have an empty one. */
function lineDecoder(
  file: string,
  header: string,
  names: readonly string[],
  batch: PacketBatch,
): (line: string) => boolean {
  const [columns = []] = parse(header, { relaxQuotes: true }) as string[][];
  const lacking = ['time', ...names].filter((name) => !columns.includes(name));
  if (lacking.length > 0)
    throw new ModalkitError(
      'DATA',
      `Recording ${JSON.stringify(file)}: lacks ${lacking.map((name) => JSON.stringify(name)).join(', ')} (it has ${columns.join(', ')}); replay it with the channels it was recorded with.`,
    );
  const format = csvFormat(columns, names, 's');
  const unnumbered = csvFormat(
    columns.map((column) => (column === 'seq' ? '' : column)),
    names,
    's',
  );
  const encoder = new TextEncoder();
  return (line) => {
    const bytes = encoder.encode(line);
    batch.count = 0;
    return format.decode(bytes, 0, bytes.length, batch) || unnumbered.decode(bytes, 0, bytes.length, batch);
  };
}
