import type { Measured } from '@modalkit/contract';
import { hashName, philox4x32 } from '@modalkit/toolkit';

const RESAMPLES = 500;

/** A number that summarises observations, given in ascending order. */
export type Statistic = (sorted: Float64Array) => number;

/**
 * Statistics of observations with their 95 % percentile bootstrap intervals (Efron 1979), 500 resamples.
 * @param name key of the resampling: the same name and observations give the same interval
 */
export function bootstrap<Name extends string>(
  observations: ArrayLike<number>,
  statistics: Readonly<Record<Name, Statistic>>,
  name: string,
): Record<Name, Measured> {
  const all = Float64Array.from(observations).sort();
  const names = Object.keys(statistics) as Name[];
  const drawn = names.map(() => new Float64Array(RESAMPLES));
  const resample = new Float64Array(all.length);
  for (let round = 0; round < RESAMPLES; round++) {
    fillResample(resample, all, round, hashName(name));
    names.forEach((statistic, index) => {
      drawn[index]![round] = statistics[statistic](resample);
    });
  }
  const measured = names.map((statistic, index) => {
    const sorted = drawn[index]!.sort();
    const at = (share: number) => sorted[Math.round(share * (RESAMPLES - 1))]!;
    return [statistic, { value: statistics[statistic](all), low: at(0.025), high: at(0.975), n: all.length }];
  });
  return Object.fromEntries(measured);
}

/** Draws as many observations as there are, with replacement, in ascending order. */
function fillResample(into: Float64Array, from: Float64Array, round: number, key: number): void {
  for (let start = 0; start < into.length; start += 4) {
    const words = philox4x32([start / 4, round, 0, 0], [key, 0]);
    for (let word = 0; word < 4 && start + word < into.length; word++) {
      into[start + word] = from[Math.floor((words[word]! / 2 ** 32) * from.length)]!;
    }
  }
  into.sort();
}
