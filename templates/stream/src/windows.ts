import { type AdapterStream, type LiveEvent, type LiveWindow, ModalkitError, type TimeSpan } from '@modalkit/contract';
import type { ParsedOptions } from './__modality__-options.js';

/** One row of numbers that the device sent. */
export type Row = readonly number[];

/** Windows in the order of time: `time [window, 2]` start and end in seconds, `values [window, channel]` the mean of their rows. */
export interface PreparedWindows {
  readonly time: Float64Array;
  readonly values: Float32Array;
}

/** A window that no row will be added to. */
interface Cut {
  readonly time: TimeSpan;
  readonly values: readonly number[];
}

/** Sorts rows into windows of time, the first of which begins with the first row. One in which nothing came is left out. */
class WindowCutter {
  private start: number | undefined;
  private index = 0;
  private sums: number[] = [];
  private rows = 0;

  constructor(private readonly window: number) {}

  /** @returns the window that ends before the event */
  push(event: LiveEvent<Row>): Cut[] {
    if (event.kind === 'gap') return this.advance(event.time[1]);
    const done = this.advance(event.time[0]);
    this.sums = event.value.map((value, channel) => value + (this.sums[channel] ?? 0));
    this.rows += 1;
    return done;
  }

  /** @returns the window of the rows that came last */
  finish(): Cut[] {
    if (this.rows === 0) return [];
    const begin = this.start! + this.index * this.window;
    const values = this.sums.map((sum) => sum / this.rows);
    [this.sums, this.rows] = [[], 0];
    return [{ time: [begin, begin + this.window], values }];
  }

  private advance(time: number): Cut[] {
    this.start ??= time;
    const index = Math.floor((time - this.start) / this.window);
    const done = index > this.index ? this.finish() : [];
    this.index = Math.max(index, this.index);
    return done;
  }
}

/** @throws ModalkitError SAMPLE when it has no row, or more windows than `maxTokens` */
export function cutEvents(events: readonly LiveEvent<Row>[], { window, maxTokens }: ParsedOptions): PreparedWindows {
  const cutter = new WindowCutter(window);
  const cuts = [...events.flatMap((event) => cutter.push(event)), ...cutter.finish()];
  if (cuts.length === 0) throw new ModalkitError('SAMPLE', 'The recording has no row; record some.');
  if (cuts.length > maxTokens)
    throw new ModalkitError(
      'SAMPLE',
      `The recording has ${cuts.length} windows of ${window} s; maxTokens is ${maxTokens}: cut it, or raise maxTokens.`,
    );
  return packed(cuts);
}

/** Live events as windows, each as soon as it is over. */
export function windowStream({ window }: ParsedOptions): AdapterStream<PreparedWindows> {
  const cutter = new WindowCutter(window);
  let arrived = 0;
  const live = (cuts: readonly Cut[]): LiveWindow<PreparedWindows>[] =>
    cuts.map((cut) => ({ prepared: packed([cut]), time: cut.time, arrived }));
  return {
    push: (event) => {
      if (event.kind === 'data') arrived = event.arrived;
      return live(cutter.push(event as LiveEvent<Row>));
    },
    flush: () => live(cutter.finish()),
  };
}

function packed(cuts: readonly Cut[]): PreparedWindows {
  return {
    time: Float64Array.from(cuts.flatMap(({ time }) => time)),
    values: Float32Array.from(cuts.flatMap(({ values }) => values)),
  };
}
