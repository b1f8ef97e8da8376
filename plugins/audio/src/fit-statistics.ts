import { isModalkitError, ModalkitError } from '@modalkit/contract';

/** Mean and standard deviation of each mel. */
export interface MelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Sounds decoded at the same time. */
const AHEAD = 4;
/** Least deviation, in log10 of power: a mel that is always silent stays finite. */
const LEAST = 1e-3;

/**
 * Mean and population deviation of each mel over all frames, summed in the order of the samples. Samples that cannot be read
 * are left out: they are quarantined when prepared.
 * @throws ModalkitError DATA when not one sound could be read
 */
export async function fitStatistics<Raw>(
  samples: AsyncIterable<Raw>,
  mels: number,
  melOf: (sample: Raw) => Promise<Float32Array>,
): Promise<MelStatistics> {
  const [sums, squares] = [new Float64Array(mels), new Float64Array(mels)];
  let values = 0;
  const ahead: Promise<Float32Array | undefined>[] = [];
  const add = async () => {
    const mel = await ahead.shift();
    if (!mel) return;
    for (let index = 0; index < mel.length; index++) {
      sums[index % mels]! += mel[index]!;
      squares[index % mels]! += mel[index]! ** 2;
    }
    values += mel.length / mels;
  };
  for await (const sample of samples) {
    const mel = readable(melOf(sample));
    mel.catch(() => {}); // waited for in its turn
    ahead.push(mel);
    if (ahead.length >= AHEAD) await add();
  }
  while (ahead.length > 0) await add();
  if (values === 0)
    throw new ModalkitError(
      'DATA',
      '@modalkit/audio: no readable sound in the training split to learn statistics from.',
    );
  const mean = Array.from(sums, (sum) => sum / values);
  const std = Array.from(squares, (square, mel) =>
    Math.max(LEAST, Math.sqrt(Math.max(0, square / values - mean[mel]! ** 2))),
  );
  return { mean, std };
}

async function readable(mel: Promise<Float32Array>): Promise<Float32Array | undefined> {
  try {
    return await mel;
  } catch (error) {
    if (isModalkitError(error) && error.code === 'SAMPLE') return undefined;
    throw error;
  }
}
