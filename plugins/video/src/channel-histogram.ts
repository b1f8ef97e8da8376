/** Mean and standard deviation of each channel, in 0..1. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const VALUES = 256;

/** Counts how often each 8-bit value occurs in each channel: exact, whatever the number and order of the clips. */
export class ChannelHistogram {
  private readonly counts: Float64Array;

  constructor(private readonly channels: number) {
    this.counts = new Float64Array(channels * VALUES);
  }

  /** @param pixels `[…, channels]` */
  add(pixels: Uint8Array): void {
    for (let channel = 0; channel < this.channels; channel++)
      for (let index = channel; index < pixels.length; index += this.channels)
        this.counts[channel * VALUES + pixels[index]!]!++;
  }

  /** Mean and population deviation; a deviation below one grey level is raised to it. */
  statistics(): ChannelStatistics {
    const channels = Array.from({ length: this.channels }, (_, channel) => this.momentsOf(channel));
    return { mean: channels.map(({ mean }) => mean), std: channels.map(({ std }) => std) };
  }

  private momentsOf(channel: number): { readonly mean: number; readonly std: number } {
    const counts = this.counts.subarray(channel * VALUES, (channel + 1) * VALUES);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / total / 255;
    const variance = counts.reduce((sum, count, value) => sum + count * (value / 255 - mean) ** 2, 0) / total;
    return { mean, std: Math.max(1 / 255, Math.sqrt(variance)) };
  }
}
