import { type FileHandle, open, readFile } from 'node:fs/promises';
import {
  type LiveContext,
  type LiveEvent,
  type LiveStream,
  ModalkitError,
  type Recorder,
  type TimeSpan,
} from '@modalkit/contract';
import { waitUntil } from '@modalkit/toolkit';
import { z } from 'zod';
import type { Row } from './windows.js';

/** A line of a recording: a row and its second, or a gap. */
const lineSchema = (channels: number) =>
  z.union([
    z.strictObject({ time: z.number(), row: z.array(z.number()).length(channels) }),
    z.strictObject({ gap: z.tuple([z.number(), z.number()]), reason: z.string() }),
  ]);

/** @throws ModalkitError SAMPLE that names the line that is none */
export function parseRecording(
  path: string,
  content: Uint8Array,
  { channels }: { readonly channels: number },
): LiveEvent<Row>[] {
  const schema = lineSchema(channels);
  const lines = new TextDecoder().decode(content).split('\n');
  return lines.flatMap((text, index) => {
    if (text === '') return [];
    const line = schema.safeParse(jsonOf(text)).data;
    // the last line of a recorder that was killed may be half written
    if (!line && index === lines.length - 1) return [];
    if (!line)
      throw new ModalkitError('SAMPLE', `${path}, line ${index + 1}: it is no row of ${channels} numbers and no gap.`);
    return [eventOf(line)];
  });
}

function eventOf(line: z.output<ReturnType<typeof lineSchema>>): LiveEvent<Row> {
  if ('gap' in line) return { kind: 'gap', time: line.gap, reason: line.reason };
  return { kind: 'data', value: line.row, time: [line.time, line.time], arrived: line.time };
}

/** Appends each event as a line, seconds counted from `origin`. @throws ModalkitError DISK when it cannot be written */
export async function recordLines(file: string, origin: number): Promise<Recorder<Row>> {
  const handle = await onDisk(file, () => open(file, 'w'));
  return {
    write: (event) => onDisk(file, () => appendEvent(handle, event, origin)),
    close: () => onDisk(file, () => handle.close()),
  };
}

function appendEvent(handle: FileHandle, event: LiveEvent<Row>, origin: number): Promise<void> {
  const [start, end] = event.time.map((time) => time - origin);
  const line = event.kind === 'gap' ? { gap: [start, end], reason: event.reason } : { time: start, row: event.value };
  return handle.appendFile(`${JSON.stringify(line)}\n`);
}

/** Plays a recording as if it came now, `speed` times as fast; times keep their distances. */
export function replayLines(
  file: string,
  speed: number,
  context: LiveContext,
  options: { readonly channels: number },
): LiveStream<Row> {
  let used = 0;
  return {
    counters: () => ({ used }),
    async *[Symbol.asyncIterator]() {
      const start = context.now();
      for (const event of parseRecording(file, await readFile(file), options)) {
        if (!(await waitUntil(start + event.time[1] / speed, context))) return;
        const time: TimeSpan = [start + event.time[0], start + event.time[1]];
        if (event.kind === 'data') used += 1;
        yield event.kind === 'gap' ? { ...event, time } : { ...event, time, arrived: context.now() };
      }
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function onDisk<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ModalkitError('DISK', `${file}: it cannot be written (${reason}); make room or choose another folder.`);
  }
}
