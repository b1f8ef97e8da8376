import { extname } from 'node:path';
import { type HostContext, isModalkitError } from '@modalkit/contract';
import type { ReadOptions } from '../prepare-options.js';
import type { RawSensor } from '../raw-sensor.js';
import { fileOf } from '../raw-sensor.js';
import type { Recording, Series } from '../recording.js';
import { csvPart } from './csv-part.js';
import { nearest } from './nearest.js';
import { readCsv } from './read-csv.js';
import { readJsonl } from './read-jsonl.js';
import { readParquet } from './read-parquet.js';
import { cellsOf, numbersOf, refusal, type Table } from './table.js';
import { checkedTimes, TICKS, timesOf } from './time-column.js';

/** Endings of the files that are read. */
export const ENDINGS: readonly string[] = ['.csv', '.jsonl', '.ndjson', '.parquet'];

/**
 * What a raw sample measured.
 * @throws ModalkitError SAMPLE when it cannot be read, lacks a channel, holds what is no number, or its times go backwards
 */
export async function readRecording(sample: RawSensor, options: ReadOptions, context: HostContext): Promise<Recording> {
  const file = fileOf(sample);
  if (file === undefined)
    return inlineRecording(sample as Extract<RawSensor, { channels: object }>, options, context.input);
  const stretch = typeof sample === 'string' ? {} : (sample as { start?: number; end?: number });
  const part = await partOf(file, stretch, options, context);
  if (part) {
    try {
      return await recordingIn(part, file, stretch, options);
    } catch (error) {
      // The whole file tells what is wrong with it, and in which row.
      if (!isModalkitError(error)) throw error;
    }
  }
  return recordingIn(await context.read(file), file, stretch, options);
}

type Stretch = { readonly start?: number | undefined; readonly end?: number | undefined };

/** The bytes that hold a stretch, where they can be found without reading the file. */
async function partOf(
  file: string,
  { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY }: Stretch,
  { time, delimiter }: ReadOptions,
  context: HostContext,
): Promise<Uint8Array | undefined> {
  const whole = start === Number.NEGATIVE_INFINITY && end === Number.POSITIVE_INFINITY;
  if (whole || extname(file).toLowerCase() !== '.csv' || !('column' in time) || time.unit === 'iso') return undefined;
  const field = { column: time.column, ticks: TICKS[time.unit], delimiter };
  return csvPart(await context.locate(file), { start, end }, field);
}

async function recordingIn(
  bytes: Uint8Array,
  file: string,
  stretch: Stretch,
  options: ReadOptions,
): Promise<Recording> {
  if (bytes.length === 0) throw refusal(file, 'is empty; record it again or take its sample out');
  const table = await readTable(bytes, file, options);
  if (table.rows === 0) throw refusal(file, 'has no rows; record it again or take its sample out');
  const times = timesOf(table, options.time, file);
  const series = options.channels.map(({ column }) =>
    measured(times, numbersOf(cellsOf(table, column, file), column, file, options.nan)),
  );
  const { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = stretch;
  return { series: series.map((channel) => between(channel, start, end)), gaps: table.gaps };
}

function readTable(bytes: Uint8Array, file: string, options: ReadOptions): Table | Promise<Table> {
  const ending = extname(file).toLowerCase();
  if (ending === '.csv') return readCsv(bytes, file, options.delimiter);
  if (ending === '.jsonl' || ending === '.ndjson') return readJsonl(bytes, file);
  const time = 'column' in options.time ? [options.time.column] : [];
  if (ending === '.parquet')
    return readParquet(bytes, file, [...time, ...options.channels.map(({ column }) => column)]);
  throw refusal(file, `ends with none of ${ENDINGS.join(', ')}; convert it to one of them`);
}

function inlineRecording(
  { channels }: Extract<RawSensor, { channels: object }>,
  options: ReadOptions,
  input: string,
): Recording {
  const name = `samples given to ${input}`;
  const known = options.channels.map((channel) => channel.name);
  for (const given of Object.keys(channels)) {
    if (known.includes(given)) continue;
    const near = nearest(given, known);
    throw refusal(
      name,
      `has a channel ${JSON.stringify(given)} that is none of ${known.join(', ')}${near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`}; rename it`,
    );
  }
  const series = options.channels.map((channel) => {
    const { times, values } = channels[channel.name] ?? { times: [], values: [] };
    const checked = checkedTimes(numbersOf(times, 'times', name, 'refuse'), name);
    return measured(checked, numbersOf(values, channel.name, name, options.nan));
  });
  return { series, gaps: [] };
}

/** Without the rows in which nothing was measured. */
function measured(times: Float64Array, values: Float64Array): Series {
  const found = { times: new Float64Array(values.length), values: new Float32Array(values.length) };
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row]!)) continue;
    found.times[count] = times[row]!;
    found.values[count++] = values[row]!;
  }
  return { times: found.times.slice(0, count), values: found.values.slice(0, count) };
}

/** The samples in `[start, end)`. */
function between({ times, values }: Series, start: number, end: number): Series {
  const first = times.findIndex((time) => time >= start);
  const last = times.findIndex((time) => time >= end);
  const range = [first < 0 ? times.length : first, last < 0 ? times.length : last] as const;
  return { times: times.slice(...range), values: values.slice(...range) };
}
