import type { ChannelStatistics } from './channel-statistics.js';
import type { Channel } from './channels.js';
import { gapOf } from './sensor-options.js';

/** A sample so near to a point of the grid, as a share of its period, is that point's value. */
const NEAR = 1e-3;
/** A channel that is this much faster than the grid is averaged. */
const FASTER = 1.5;

/** A stretch of the grid, `[point, channel]`. */
export interface GridPart {
  /** Standardised; 0 where nothing was measured. */
  readonly values: Float32Array;
  /** 1 where something was measured. */
  readonly present: Uint8Array;
}

/**
 * Brings channels of any rate onto one grid: point j is at `start + j / rate` seconds. Between two samples of a channel the
 * value lies on a straight line (or holds), unless they are farther apart than its `gap`; a channel faster than the grid is
 * averaged over the period around each point. Works on samples as they come, in any portions, with the same result.
 */
export class GridResampler {
  private readonly channels: ChannelGrid[];

  constructor(
    channels: readonly Channel[],
    options: { readonly rate: number; readonly gap?: number | undefined },
    statistics: ChannelStatistics,
    readonly start: number,
  ) {
    this.channels = channels.map((channel, index) => {
      const [mean, std] = [statistics.mean[index]!, statistics.std[index]!];
      return new ChannelGrid(channel, options.rate, gapOf(channel, options), mean, std, start);
    });
  }

  /** Samples of one channel after those pushed before; NaN values are left out. */
  push(channel: number, times: Float64Array, values: Float32Array): void {
    this.channels[channel]!.push(times, values);
  }

  /** Nothing is known between the samples before and after. */
  interrupt(): void {
    for (const channel of this.channels) channel.interrupt();
  }

  /** The number of points whose values no later sample changes, when all samples before `time` were pushed. */
  settle(time: number): number {
    return Math.min(...this.channels.map((channel) => channel.settle(time)));
  }

  /** Nothing is kept. */
  get empty(): boolean {
    return this.channels.every((channel) => channel.empty);
  }

  /** Points before this one are not asked for any more. */
  forget(point: number): void {
    for (const channel of this.channels) channel.forget(point);
  }

  /** No more samples come: averages that were begun are ended. */
  finish(): void {
    for (const channel of this.channels) channel.finish();
  }

  /** The points `[from, to)`, those before `from` forgotten; undefined when nothing was measured in them. */
  take(from: number, to: number): GridPart | undefined {
    const columns = this.channels.length;
    const part = { values: new Float32Array((to - from) * columns), present: new Uint8Array((to - from) * columns) };
    const found = this.channels.map((channel, column) => channel.copy(from, to, part, column, columns));
    return found.includes(true) ? part : undefined;
  }
}

/** One channel on the grid. */
class ChannelGrid {
  private points = new Float32Array(64);
  private present = new Uint8Array(64);
  /** Grid point of entry 0. */
  private base = 0;
  /** Entries that may hold something. */
  private length = 0;
  /** Point that is decided next. */
  private next = 0;
  private lastTime = Number.NaN;
  private lastValue = 0;
  private sum = 0;
  private count = 0;
  private readonly averages: boolean;

  constructor(
    private readonly channel: Channel,
    private readonly rate: number,
    private readonly gap: number,
    private readonly mean: number,
    private readonly std: number,
    private readonly start: number,
  ) {
    this.averages = (channel.rate ?? 0) > FASTER * rate && !channel.hold;
  }

  push(times: Float64Array, values: Float32Array): void {
    for (let index = 0; index < times.length; index++) {
      const value = values[index]!;
      if (Number.isNaN(value)) continue;
      const at = (times[index]! - this.start) * this.rate;
      if (this.averages) this.average(at, value);
      else this.connect(at, times[index]!, value);
      this.lastTime = times[index]!;
      this.lastValue = value;
    }
  }

  interrupt(): void {
    this.finish();
    this.lastTime = Number.NaN;
  }

  finish(): void {
    if (this.count > 0) this.endAverage();
  }

  get empty(): boolean {
    return this.length === 0;
  }

  settle(time: number): number {
    const at = (time - this.start) * this.rate;
    if (this.averages) {
      if (this.count > 0 && Math.round(at) > this.next) this.endAverage();
      return Math.max(this.next, Math.round(at));
    }
    const open = time - this.lastTime <= this.gap + NEAR / this.rate;
    return open ? this.next : Math.max(this.next, Math.ceil(at - NEAR));
  }

  copy(from: number, to: number, part: GridPart, column: number, columns: number): boolean {
    let found = false;
    for (let point = Math.max(from, this.base); point < Math.min(to, this.base + this.length); point++) {
      if (this.present[point - this.base] === 0) continue;
      found = true;
      part.values[(point - from) * columns + column] = (this.points[point - this.base]! - this.mean) / this.std;
      part.present[(point - from) * columns + column] = 1;
    }
    this.forget(from);
    return found;
  }

  /** @param at time in grid periods */
  private connect(at: number, time: number, value: number): void {
    const known = time - this.lastTime <= this.gap + NEAR / this.rate;
    if (!known) this.next = Math.max(this.next, Math.ceil(at - NEAR));
    const last = (this.lastTime - this.start) * this.rate;
    for (; this.next <= at + NEAR; this.next++) {
      const near = Math.abs(this.next - at) <= NEAR;
      const slope = known && at > last ? (value - this.lastValue) / (at - last) : 0;
      const between = this.channel.hold ? this.lastValue : this.lastValue + slope * (this.next - last);
      this.set(this.next, near ? value : between);
    }
  }

  private average(at: number, value: number): void {
    const point = Math.round(at);
    if (point !== this.next && this.count > 0) this.endAverage();
    this.next = Math.max(this.next, point);
    if (point !== this.next) return;
    this.sum += value;
    this.count++;
  }

  private endAverage(): void {
    this.set(this.next, this.sum / this.count);
    this.next++;
    this.sum = 0;
    this.count = 0;
  }

  private set(point: number, value: number): void {
    const entry = point - this.base;
    if (entry < 0) return;
    if (entry >= this.points.length) this.grow(entry + 1);
    this.points[entry] = value;
    this.present[entry] = 1;
    this.length = Math.max(this.length, entry + 1);
  }

  private grow(length: number): void {
    const size = Math.max(length, 2 * this.points.length);
    const [points, present] = [new Float32Array(size), new Uint8Array(size)];
    points.set(this.points);
    present.set(this.present);
    this.points = points;
    this.present = present;
  }

  /** Moves entries so that entry 0 is `point` or a later one. */
  forget(point: number): void {
    const gone = Math.min(Math.max(0, point - this.base), this.length);
    this.points.copyWithin(0, gone, this.length);
    this.present.copyWithin(0, gone, this.length);
    this.present.fill(0, this.length - gone, this.length);
    this.length -= gone;
    this.base = Math.max(this.base, point);
  }
}
