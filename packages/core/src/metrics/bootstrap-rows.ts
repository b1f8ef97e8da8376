import type { Measured } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';

const RESAMPLES = 500;
/** Resamples of very large splits are fewer, so that all of them together look at about so many samples, but never under 50. */
const MOST_LOOKS = 5e8;

/**
 * Statistics of whole samples, with their 95 % percentile bootstrap intervals (Efron 1979): up to 500 resamples, of which those
 * without a value (NaN) are left out.
 * @param statistics values for samples that occur so many times each
 * @param looks samples that one call of `statistics` looks at
 * @param name key of the resampling: the same name and samples give the same intervals
 */
export function bootstrapRows(
  samples: number,
  statistics: (times: Uint32Array) => readonly number[],
  name: string,
  looks = samples,
): readonly Measured[] {
  const rounds = Math.max(50, Math.min(RESAMPLES, Math.floor(MOST_LOOKS / Math.max(1, looks))));
  const values = statistics(new Uint32Array(samples).fill(1));
  const drawn = Array.from({ length: rounds }, (_, round) => statistics(resample(samples, round, hashName(name))));
  return values.map((value, index) => {
    const sorted = drawn
      .map((each) => each[index]!)
      .filter((each) => !Number.isNaN(each))
      .sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
    return { value, low: at(0.025), high: at(0.975), n: samples };
  });
}

/** How often each sample is drawn when as many as there are are drawn with replacement. */
function resample(samples: number, round: number, key: number): Uint32Array {
  const times = new Uint32Array(samples);
  for (let start = 0; start < samples; start += 4) {
    const words = philox4x32([start / 4, round, 0, 0], [key, 0]);
    for (let word = 0; word < 4 && start + word < samples; word++) {
      times[Math.floor((words[word]! / 2 ** 32) * samples)]! += 1;
    }
  }
  return times;
}
