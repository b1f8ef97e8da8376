import { ModalkitError } from '@modalkit/contract';
import type { Envelope } from './refine-offset.js';

/** What happens in a stream, window by window, in a space that it shares with others. */
export interface EmbeddingStream {
  /** `[n]` seconds on the stream's own clock, ascending: the middle of each window. */
  readonly times: ArrayLike<number>;
  /** `[n, width]` row-major, for example unit pooled vectors. */
  readonly vectors: Float32Array;
  /** `[n]`, 0 or more: how much happens in each window, for example its energy. Every window alike when left out. */
  readonly activity?: ArrayLike<number>;
  /** How much happens, finer than the windows: where both streams have one, the offset is refined by their onsets. */
  readonly envelope?: Envelope;
}

/** Rows at even times. */
export interface EvenRows {
  /** Second of the first row. */
  readonly start: number;
  readonly count: number;
  readonly width: number;
  /** `[count, width]`. */
  readonly rows: Float64Array;
}

/**
 * A stream's vectors every `step` seconds, linearly between its windows, without what they have in common: the direction
 * of their median, which is what nothing happening looks like, and then their mean are taken out.
 * @throws ModalkitError DATA when the stream's arrays do not fit each other or its times do not ascend
 */
export function evenRows(stream: EmbeddingStream, step: number): EvenRows {
  const width = checkStream(stream);
  const { times, activity } = stream;
  const own = centred(withoutMedian(Float64Array.from(stream.vectors), width), width);
  const rows = activity ? own.map((value, index) => value * activity[Math.floor(index / width)]!) : own;
  const [start, end] = [times[0]!, times[times.length - 1]!];
  const count = Math.floor((end - start) / step + 1e-9) + 1;
  const even = new Float64Array(count * width);
  let window = 0;
  for (let index = 0; index < count; index++) {
    const time = start + index * step;
    while (window < times.length - 2 && times[window + 1]! <= time) window += 1;
    const share = Math.min(1, (time - times[window]!) / (times[window + 1]! - times[window]!));
    for (let column = 0; column < width; column++) {
      const [before, after] = [rows[window * width + column]!, rows[(window + 1) * width + column]!];
      even[index * width + column] = before + share * (after - before);
    }
  }
  return { start, count, width, rows: even };
}

function checkStream({ times, vectors, activity }: EmbeddingStream): number {
  const refuse = (what: string) => new ModalkitError('DATA', `A stream of embeddings ${what}.`);
  if (times.length < 2) throw refuse(`has ${times.length} windows; give two or more`);
  const width = vectors.length / times.length;
  if (!Number.isInteger(width) || width === 0)
    throw refuse(`has ${times.length} times and ${vectors.length} numbers; give rows of one width, one a time`);
  if (activity && activity.length !== times.length)
    throw refuse(`has ${times.length} times and ${activity.length} activities; give one a time`);
  for (let index = 1; index < times.length; index++) {
    if (!(times[index]! > times[index - 1]!))
      throw refuse(`has the time ${times[index]} after ${times[index - 1]}; sort it`);
  }
  return width;
}

function withoutMedian(rows: Float64Array, width: number): Float64Array {
  const median = Array.from({ length: width }, (_, column) => {
    const values = rows.filter((_, index) => index % width === column).sort();
    return values[values.length >> 1]!;
  });
  const length = Math.hypot(...median) || 1;
  const direction = median.map((value) => value / length);
  const along = (row: number) => direction.reduce((sum, value, column) => sum + value * rows[row * width + column]!, 0);
  const lengths = Array.from({ length: rows.length / width }, (_, row) => along(row));
  return rows.map((value, index) => value - lengths[Math.floor(index / width)]! * direction[index % width]!);
}

function centred(rows: Float64Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  rows.forEach((value, index) => {
    mean[index % width]! += (value * width) / rows.length;
  });
  return rows.map((value, index) => value - mean[index % width]!);
}
