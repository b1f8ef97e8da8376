/** Mean and deviation of each channel, learnt on the training split and kept in the checkpoint. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** One row of a sample. */
export type Row = readonly number[];

/** @throws Error when there is no row */
export async function fitStatistics(samples: AsyncIterable<readonly Row[]>, channels: number): Promise<Statistics> {
  const [sum, squares] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
  let rows = 0;
  for await (const sample of samples)
    for (const row of sample) {
      rows += 1;
      row.forEach((value, channel) => {
        sum[channel]! += value;
        squares[channel]! += value * value;
      });
    }
  if (rows === 0) throw new Error('the training split holds no row to learn means and deviations from');
  const mean = sum.map((total) => total / rows);
  const std = squares.map((total, channel) => Math.sqrt(Math.max(total / rows - mean[channel]! ** 2, 1e-12)));
  return { mean, std };
}
