import type { AdapterStream, LiveEvent, LiveWindow } from '@modalkit/contract';
import type { ChannelStatistics } from './channel-statistics.js';
import { GridResampler } from './grid-resampler.js';
import type { SensorChunk } from './live/sensor-chunk.js';
import type { ParsedSensorOptions } from './sensor-options.js';
import { type PreparedSensor, pointsOf, tokensOf, validWindows } from './windows.js';

/**
 * Cuts live events into chunks of `chunk` windows, the first of which begins with the first packet: those that `prepare` and
 * `encode` make of the same recording. A chunk in which nothing was measured is left out.
 */
export class SensorStream implements AdapterStream<PreparedSensor> {
  readonly length: number;
  private resampler: GridResampler | undefined;
  /** First point of the chunk that comes next. */
  private next = 0;
  private readonly chunkPoints: number;
  private readonly hop: number;
  private arrived = 0;
  private newest = 0;

  constructor(
    private readonly options: ParsedSensorOptions & { readonly chunk: number },
    private readonly statistics: ChannelStatistics,
  ) {
    this.length = options.chunk;
    this.chunkPoints = pointsOf(options.chunk, options);
    this.hop = options.chunk * options.stridePoints;
  }

  push(event: LiveEvent): readonly LiveWindow<PreparedSensor>[] {
    if (event.kind === 'gap') {
      this.resampler?.interrupt();
      return this.cut(event.time[1]);
    }
    const { times, channels } = (event as { value: SensorChunk }).value;
    this.arrived = event.arrived;
    const windows: LiveWindow<PreparedSensor>[] = [];
    for (let from = 0; from < times.length; ) {
      const to = this.runEnd(times, from);
      windows.push(...this.cut(times[from]!));
      const resampler = this.begin(times[from]!);
      this.options.channels.forEach(({ name }, channel) => {
        const values = channels[name];
        if (values) resampler.push(channel, times.subarray(from, to), values.subarray(from, to));
      });
      this.newest = times[to - 1]!;
      windows.push(...this.cut(this.newest));
      from = to;
    }
    return windows;
  }

  flush(): readonly LiveWindow<PreparedSensor>[] {
    const { resampler, options } = this;
    if (!resampler) return [];
    resampler.finish();
    const tokens = tokensOf(Math.round((this.newest - resampler.start) * options.rate) + 1, options);
    const windows: LiveWindow<PreparedSensor>[] = [];
    for (; this.next < tokens * options.stridePoints; this.next += this.hop)
      windows.push(...this.window(resampler, tokens - this.next / options.stridePoints));
    this.resampler = undefined;
    this.next = 0;
    return windows;
  }

  private begin(start: number): GridResampler {
    this.resampler ??= new GridResampler(this.options.channels, this.options, this.statistics, start);
    return this.resampler;
  }

  /** Packets are taken in runs shorter than a chunk, so that a jump ahead keeps no empty grid. */
  private runEnd(times: Float64Array, from: number): number {
    const most = this.chunkPoints / this.options.rate;
    let to = from + 1;
    while (to < times.length && times[to]! - times[from]! < most) to++;
    return to;
  }

  /** The chunks that no packet from `time` on changes. */
  private cut(time: number): LiveWindow<PreparedSensor>[] {
    const { resampler, chunkPoints, hop } = this;
    const windows: LiveWindow<PreparedSensor>[] = [];
    if (!resampler) return windows;
    for (const settled = resampler.settle(time); this.next + chunkPoints <= settled; this.next += hop) {
      windows.push(...this.window(resampler, this.options.chunk));
      if (resampler.empty) this.next += hop * Math.max(0, Math.floor((settled - chunkPoints - this.next) / hop));
    }
    resampler.forget(this.next);
    return windows;
  }

  /** The chunk that comes next, of which the first `tokens` windows count; none when too little was measured in it. */
  private window(resampler: GridResampler, tokens: number): LiveWindow<PreparedSensor>[] {
    const { options, next, chunkPoints, arrived } = this;
    const part = resampler.take(next, next + chunkPoints);
    if (!part) return [];
    const valid = validWindows(part.present, options.chunk, options).fill(0, Math.min(tokens, options.chunk));
    if (!valid.includes(1)) return [];
    const start = resampler.start + next / options.rate;
    return [{ prepared: { start, ...part, valid }, time: [start, start + chunkPoints / options.rate], arrived }];
  }
}
