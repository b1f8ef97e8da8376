import type { MelStatistics } from './fit-statistics.js';

/** What each mel is standardised with; `whisper` is (x + 4) / 4. */
export function standardisation(
  kind: 'fit' | 'whisper' | 'none',
  mels: number,
  fitted: MelStatistics | undefined,
): MelStatistics {
  if (kind === 'fit') return fitted!;
  const [mean, std] = kind === 'whisper' ? [-4, 4] : [0, 1];
  return { mean: Array(mels).fill(mean), std: Array(mels).fill(std) };
}
