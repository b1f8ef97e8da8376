import type { StandardScores } from '@modalkit/contract';
import { sumScores } from '@modalkit/toolkit';
import type { MelStatistics } from './fit-statistics.js';
import type { PreparedSound } from './prepared-sound.js';

/** Of all mels together, each by its own mean and deviation: one series, the level. */
export function standardScores({ mel }: PreparedSound, { mean, std }: MelStatistics): StandardScores {
  return sumScores('level', { from: 0, to: mel.length, step: 1 }, (at) => {
    const column = at % mean.length;
    return (mel[at]! - mean[column]!) / std[column]!;
  });
}
