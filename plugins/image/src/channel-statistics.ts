/** Mean and standard deviation of each channel, in 0..1. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const VALUES = 256;

/** Counts how often each 8-bit value occurs in each channel: exact, whatever the number and order of the pictures. */
export class ChannelHistogram {
  private readonly counts: Float64Array;

  constructor(private readonly channels: number) {
    this.counts = new Float64Array(channels * VALUES);
  }

  /** @param pixels `[height, width, channels]` */
  add(pixels: Uint8Array): void {
    for (let index = 0; index < pixels.length; index++)
      this.counts[(index % this.channels) * VALUES + pixels[index]!]!++;
  }

  /** Mean and population deviation; a deviation below one grey level is raised to it. */
  statistics(): ChannelStatistics {
    const channels = Array.from({ length: this.channels }, (_, channel) =>
      this.counts.subarray(channel * VALUES, (channel + 1) * VALUES),
    );
    const expect = (counts: Float64Array, of: (value: number) => number) =>
      counts.reduce((sum, count, value) => sum + count * of(value / 255), 0) /
      counts.reduce((sum, count) => sum + count);
    const mean = channels.map((counts) => expect(counts, (value) => value));
    const std = channels.map((counts, channel) =>
      Math.max(1 / 255, Math.sqrt(expect(counts, (value) => (value - mean[channel]!) ** 2))),
    );
    return { mean, std };
  }
}
