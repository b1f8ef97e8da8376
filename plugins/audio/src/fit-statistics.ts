import { ModalkitError } from '@modalkit/contract';

/** Mean and standard deviation of each mel. */
export interface MelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Least deviation, in log10 of power: a mel that is always silent stays finite. */
const LEAST = 1e-3;

/**
 * Mean and population deviation of each mel over all frames, summed in the order of the sounds.
 * @throws ModalkitError DATA when there is no sound
 */
export async function fitStatistics(
  sounds: AsyncIterable<{ readonly mel: Float32Array }>,
  mels: number,
): Promise<MelStatistics> {
  const [sums, squares] = [new Float64Array(mels), new Float64Array(mels)];
  let values = 0;
  for await (const { mel } of sounds) {
    for (let index = 0; index < mel.length; index++) {
      sums[index % mels]! += mel[index]!;
      squares[index % mels]! += mel[index]! ** 2;
    }
    values += mel.length / mels;
  }
  if (values === 0)
    throw new ModalkitError('DATA', '@modalkit/audio: no sound in the training split to learn statistics from.');
  const mean = Array.from(sums, (sum) => sum / values);
  const std = Array.from(squares, (square, mel) =>
    Math.max(LEAST, Math.sqrt(Math.max(0, square / values - mean[mel]! ** 2))),
  );
  return { mean, std };
}
