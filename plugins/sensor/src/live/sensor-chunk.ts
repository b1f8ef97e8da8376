import type { LiveEvent } from '@modalkit/contract';
import { larger } from './larger.js';

/**
 * Packets of one live event, in columns: entry i of every column belongs to packet i. Few large arrays instead of many small
 * objects: this is what lets millions of values pass in a second.
 */
export interface SensorChunk {
  /** Seconds on the shared clock, never falling. */
  readonly times: Float64Array;
  /** The device's number of each packet; NaN when it gives none. */
  readonly sequence: Float64Array;
  /** Seconds on the device's own clock; the shared time when it gives none. */
  readonly device: Float64Array;
  /** One value a packet; NaN where a packet has none of this channel. */
  readonly channels: Readonly<Record<string, Float32Array>>;
}

/** Gathers packets into an event. */
export class ChunkBuilder {
  count = 0;
  private arrived = 0;
  private times = new Float64Array(16);
  private sequence = new Float64Array(16);
  private device = new Float64Array(16);
  private readonly columns: Float32Array[];

  constructor(private readonly names: readonly string[]) {
    this.columns = names.map(() => new Float32Array(16));
  }

  /** Shared time of the first packet. */
  get start(): number {
    return this.times[0]!;
  }

  /** Shared time of the last packet. */
  get end(): number {
    return this.times[this.count - 1]!;
  }

  add(time: number, sequence: number, device: number, arrived: number, values: Float32Array, first: number): void {
    const row = this.count++;
    if (row === this.times.length) this.grow();
    this.times[row] = time;
    this.sequence[row] = sequence;
    this.device[row] = device;
    this.arrived = arrived;
    for (let channel = 0; channel < this.columns.length; channel++)
      this.columns[channel]![row] = values[first + channel]!;
  }

  event(): LiveEvent<SensorChunk> {
    const { count } = this;
    const channels: Record<string, Float32Array> = {};
    this.names.forEach((name, channel) => {
      channels[name] = this.columns[channel]!.subarray(0, count);
    });
    const [times, sequence, device] = [this.times, this.sequence, this.device].map((column) =>
      column.subarray(0, count),
    );
    return {
      kind: 'data',
      value: { times: times!, sequence: sequence!, device: device!, channels },
      time: [this.start, this.end],
      arrived: this.arrived,
    };
  }

  private grow(): void {
    const length = 4 * this.times.length;
    this.times = larger(this.times, length);
    this.sequence = larger(this.sequence, length);
    this.device = larger(this.device, length);
    for (let channel = 0; channel < this.columns.length; channel++)
      this.columns[channel] = larger(this.columns[channel]!, length);
  }
}
