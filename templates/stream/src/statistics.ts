import type { PreparedWindows } from './windows.js';

/** Mean and deviation of each channel, learnt on the training split and kept in the checkpoint. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** @throws Error when there is no sample */
export async function fitStatistics(samples: AsyncIterable<PreparedWindows>, channels: number): Promise<Statistics> {
  const [sum, squares] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
  let windows = 0;
  for await (const { values } of samples) {
    windows += values.length / channels;
    values.forEach((value, at) => {
      sum[at % channels]! += value;
      squares[at % channels]! += value * value;
    });
  }
  if (windows === 0) throw new Error('the training split holds no recording to learn means and deviations from');
  const mean = sum.map((total) => total / windows);
  const std = squares.map((total, channel) => Math.sqrt(Math.max(total / windows - mean[channel]! ** 2, 1e-12)));
  return { mean, std };
}
