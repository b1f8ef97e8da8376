import type { ChannelStatistics } from './channel-statistics.js';

/** Known statistics (open_clip, `src/open_clip/constants.py`). */
const KNOWN = {
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const;

/** The statistics that a picture of `channels` is standardised with; `fitted` those learnt on the training split. */
export function standardisation(
  kind: 'fit' | keyof typeof KNOWN,
  channels: number,
  fitted: ChannelStatistics | undefined,
): ChannelStatistics {
  if (kind === 'fit') return fitted!;
  return { mean: KNOWN[kind].mean.slice(0, channels), std: KNOWN[kind].std.slice(0, channels) };
}
