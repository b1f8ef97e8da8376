import type { StandardScores } from '@modalkit/contract';
import type { MelStatistics } from './fit-statistics.js';
import type { PreparedSound } from './prepared-sound.js';

/** Of all mels together, each by its own mean and deviation: one series, the level. */
export function standardScores({ mel }: PreparedSound, { mean, std }: MelStatistics): StandardScores {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < mel.length; at++) {
    const column = at % mean.length;
    const score = (mel[at]! - mean[column]!) / std[column]!;
    sum += score;
    squares += score * score;
  }
  return { name: 'level', count: mel.length, sum, squares };
}
